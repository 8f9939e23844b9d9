-- A punch is in at most one live batch of a platform: planned, on its way, unknown or acknowledged, and not told otherwise row by row.
-- Reads delivery.batch, punch_batch, row_outcome of :work_date; yields what is wrong.
SELECT
    ledger.target,
    ledger.punch_id AS subject,
    concat('is in ', count(*), ' live batches: ', string_agg(cast(ledger.batch_id AS text), ', ' ORDER BY ledger.batch_id)) AS wrong
FROM delivery.punch_batch AS ledger
INNER JOIN delivery.batch AS batch
    ON batch.work_date = ledger.work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
LEFT JOIN delivery.row_outcome AS outcome
    ON
        outcome.work_date = ledger.work_date AND outcome.project_code = ledger.project_code AND outcome.target = ledger.target
        AND outcome.punch_id = ledger.punch_id AND outcome.batch_id = ledger.batch_id
WHERE
    ledger.work_date = :work_date
    AND CASE
        WHEN outcome.outcome IS NOT NULL THEN outcome.outcome = 'acknowledged'
        ELSE batch.state IN ('planned', 'sending', 'sent', 'unknown', 'acknowledged')
    END
GROUP BY ledger.target, ledger.project_code, ledger.punch_id
HAVING count(*) > 1;
