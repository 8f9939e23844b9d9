-- Dissolve claimed batches that hold a row the standard would not take: nothing of them was sent. Writes delivery.batch.
UPDATE delivery.batch
SET state = 'released', settled_at = :told_at, lease_until = NULL, reason = 'a row could not be sent; the others are packed again'
WHERE work_date = :work_date AND batch_id = ANY(:batch_ids) AND state = 'sending' AND sender = :sender;
