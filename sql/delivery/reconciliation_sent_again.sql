-- Of the rows of :work_date that :target turned out not to have, how many it has acknowledged anew.
-- Reads delivery.discrepancy, punch_batch, batch, row_outcome.
SELECT count(DISTINCT concat_ws('|', gone.project_code, gone.punch_id)) AS sent_again
FROM delivery.discrepancy AS gone
INNER JOIN delivery.punch_batch AS ledger
    ON
        ledger.work_date = :work_date AND ledger.project_code = gone.project_code AND ledger.target = :target
        AND ledger.punch_id = gone.punch_id
INNER JOIN delivery.batch AS batch
    ON
        batch.work_date = :work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
        AND batch.planned_at >= gone.seen_at
LEFT JOIN delivery.row_outcome AS outcome
    ON
        outcome.work_date = :work_date AND outcome.project_code = ledger.project_code AND outcome.target = :target
        AND outcome.punch_id = ledger.punch_id AND outcome.batch_id = ledger.batch_id
WHERE
    gone.work_date = :work_date AND gone.target = :target AND gone.kind = 'missing' AND gone.handled = 'released'
    AND coalesce(outcome.outcome, batch.state) = 'acknowledged';
