-- How many batches of :kind are in :state. Reads delivery.batch.
SELECT count(*) AS batches
FROM delivery.batch
WHERE work_date = :work_date AND target = :target AND kind = :kind AND state = :state;
