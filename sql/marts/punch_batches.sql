-- Every batch a punch of :work_date was in, by platform, oldest first, with what became of the batch and of the row.
-- Reads delivery.punch_batch, batch, row_outcome.
SELECT
    ledger.target,
    ledger.project_code,
    ledger.batch_id,
    ledger.row_index,
    batch.row_count,
    batch.state,
    batch.attempts,
    batch.as_of_change,
    batch.planned_at,
    batch.sent_at,
    batch.settled_at,
    batch.serial_code,
    batch.data_sha256,
    batch.reason,
    outcome.outcome,
    outcome.reason AS outcome_reason,
    outcome.recorded_at
FROM delivery.punch_batch AS ledger
INNER JOIN delivery.batch AS batch
    ON batch.work_date = ledger.work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
LEFT JOIN delivery.row_outcome AS outcome
    ON
        outcome.work_date = ledger.work_date AND outcome.project_code = ledger.project_code AND outcome.target = ledger.target
        AND outcome.punch_id = ledger.punch_id AND outcome.batch_id = ledger.batch_id
WHERE ledger.work_date = cast(:work_date AS date) AND ledger.punch_id = :punch_id
ORDER BY ledger.target DESC, ledger.batch_id ASC;
