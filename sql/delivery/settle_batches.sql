-- Record the outcome of batches. Only open ones change, so an answer that comes twice, or to two senders,
-- changes nothing the second time. A batch that is to go again is planned and keeps the instant it was sent.
-- Writes delivery.batch; yields those it changed.
UPDATE delivery.batch
SET state = told.state, settled_at = CASE WHEN told.state <> 'planned' THEN cast(:told_at AS timestamptz) END, reason = told.reason
FROM unnest(cast(:batch_ids AS bigint[]), cast(:states AS text[]), cast(:reasons AS text[])) AS told (batch_id, state, reason)
WHERE
    batch.work_date = :work_date AND batch.batch_id = told.batch_id
    AND batch.state IN ('planned', 'sent', 'unknown')
RETURNING batch.batch_id;
