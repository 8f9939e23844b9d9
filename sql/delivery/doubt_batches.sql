-- The platform does not know these serial codes (any more): the outcome is unknown. Writes delivery.batch.
UPDATE delivery.batch
SET state = 'unknown', reason = 'the platform does not know the serial code'
WHERE work_date = :work_date AND batch_id = ANY(:batch_ids) AND state = 'sent'
RETURNING batch_id;
