-- Punches of :work_date that a platform acknowledged and turned out not to have. Reads delivery.discrepancy; delivery.punch_batch and batch
-- for what became of them since.
SELECT
    gone.punch_id AS object_key,
    concat('attendance:', gone.target) AS field,
    gone.project_code,
    'at the platform' AS expected,
    CASE
        WHEN gone.handled = 'left' THEN concat('missing, not sent again: ', gone.remark)
        WHEN later.batch_id IS NULL THEN 'missing, waits to be sent again'
        ELSE 'missing, sent again'
    END AS actual
FROM delivery.discrepancy AS gone
LEFT JOIN LATERAL (
    SELECT ledger.batch_id
    FROM delivery.punch_batch AS ledger
    INNER JOIN delivery.batch AS batch
        ON batch.work_date = :work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
    WHERE
        ledger.work_date = :work_date AND ledger.project_code = gone.project_code AND ledger.target = gone.target
        AND ledger.punch_id = gone.punch_id AND batch.planned_at >= gone.seen_at
    ORDER BY ledger.batch_id DESC
    LIMIT 1
) AS later ON TRUE
WHERE gone.work_date = :work_date AND gone.kind = 'missing';
