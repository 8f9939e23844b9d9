-- A batch whose sender did not come back in time may have reached the platform or not: its outcome is unknown. Writes delivery.batch.
UPDATE delivery.batch
SET state = 'unknown', reason = 'the sender did not come back', lease_until = NULL
WHERE work_date = :work_date AND target = :target AND state = 'sending' AND lease_until < :now;
