-- What is told of a row is told of a row of the ledger, and of a batch that is settled.
-- Reads delivery.row_outcome, punch_batch, batch of :work_date; yields what is wrong.
SELECT
    outcome.target,
    outcome.punch_id AS subject,
    concat(outcome.outcome, ' in batch ', outcome.batch_id, ', which does not have it or is not settled') AS wrong
FROM delivery.row_outcome AS outcome
LEFT JOIN delivery.punch_batch AS ledger
    ON
        ledger.work_date = outcome.work_date AND ledger.project_code = outcome.project_code AND ledger.target = outcome.target
        AND ledger.punch_id = outcome.punch_id AND ledger.batch_id = outcome.batch_id
LEFT JOIN delivery.batch AS batch
    ON
        batch.work_date = outcome.work_date AND batch.project_code = outcome.project_code AND batch.batch_id = outcome.batch_id
WHERE
    outcome.work_date = :work_date
    AND (ledger.punch_id IS NULL OR coalesce(batch.state NOT IN ('acknowledged', 'refused', 'released'), TRUE));
