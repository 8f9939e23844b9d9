-- Put the rows of released batches that have no outcome of their own, or were released alone, back among those that wait; but for those
-- that are in a later batch already. Reads delivery.batch, punch_batch, row_outcome; writes delivery.backlog. Safe to run twice.
INSERT INTO delivery.backlog (work_date, project_code, target, punch_id)
SELECT
    ledger.work_date,
    ledger.project_code,
    ledger.target,
    ledger.punch_id
FROM delivery.punch_batch AS ledger
INNER JOIN delivery.batch AS batch
    ON batch.work_date = ledger.work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
LEFT JOIN delivery.row_outcome AS outcome
    ON
        outcome.work_date = ledger.work_date AND outcome.project_code = ledger.project_code AND outcome.target = ledger.target
        AND outcome.punch_id = ledger.punch_id AND outcome.batch_id = ledger.batch_id
WHERE
    ledger.work_date = :work_date AND ledger.batch_id = any(cast(:batch_ids AS bigint[]))
    AND (outcome.outcome = 'released' OR (batch.state = 'released' AND outcome.outcome IS NULL))
    AND NOT EXISTS (
        SELECT 1 FROM delivery.punch_batch AS later
        WHERE
            later.work_date = ledger.work_date AND later.project_code = ledger.project_code AND later.target = ledger.target
            AND later.punch_id = ledger.punch_id AND later.batch_id > ledger.batch_id
    )
ON CONFLICT DO NOTHING;
