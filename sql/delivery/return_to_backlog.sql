-- Put the rows of released batches that have no outcome of their own, or were released alone, back among those that wait.
-- Reads delivery.batch, punch_batch, row_outcome; writes delivery.backlog. Safe to run twice, as long as nothing was planned in between.
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
ON CONFLICT DO NOTHING;
