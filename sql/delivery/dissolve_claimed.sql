-- Dissolve claimed batches that cannot go as they are: nothing of them was taken by the platform. Writes delivery.batch; yields those it changed.
UPDATE delivery.batch
SET state = 'released', settled_at = :told_at, lease_until = NULL, reason = :reason
WHERE work_date = :work_date AND batch_id = any(cast(:batch_ids AS bigint[])) AND state = 'sending' AND sender = :sender
RETURNING batch_id;
