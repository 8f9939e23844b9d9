-- What our own books say of :work_date at :target, by project: rows read that still stand, rows acknowledged, whether the platform can be
-- asked, and whether the last comparison left something that counts need not show. Rows of the ledger are counted, not what batches say
-- of themselves. Of :project_codes alone, if any are given. Reads core.punch, delivery.batch, punch_batch, row_outcome, open_project, discrepancy.
WITH standing AS (
    SELECT
        project_code,
        count(*) AS read_rows
    FROM core.punch
    WHERE work_date = :work_date AND withdrawn_at IS NULL AND delivery.is_chosen(project_code, cast(:project_codes AS text[]))
    GROUP BY project_code
),

acknowledged AS (
    SELECT
        ledger.project_code,
        count(*) AS acknowledged_rows
    FROM delivery.punch_batch AS ledger
    INNER JOIN delivery.batch AS batch
        ON batch.work_date = :work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
    LEFT JOIN delivery.row_outcome AS outcome
        ON
            outcome.work_date = :work_date AND outcome.project_code = ledger.project_code AND outcome.target = ledger.target
            AND outcome.punch_id = ledger.punch_id AND outcome.batch_id = ledger.batch_id
    WHERE
        ledger.work_date = :work_date AND ledger.target = :target AND coalesce(outcome.outcome, batch.state) = 'acknowledged'
        AND delivery.is_chosen(ledger.project_code, cast(:project_codes AS text[]))
    GROUP BY ledger.project_code
),

left_over AS (
    SELECT DISTINCT project_code
    FROM delivery.discrepancy
    WHERE
        work_date = :work_date AND target = :target AND handled = 'left' AND delivery.is_chosen(project_code, cast(:project_codes AS text[]))
),

asked AS (
    SELECT project_code
    FROM delivery.open_project
    WHERE target = :target AND delivery.is_chosen(project_code, cast(:project_codes AS text[]))
),

known AS (
    SELECT project_code FROM standing
    UNION
    SELECT project_code FROM acknowledged
    UNION
    SELECT project_code FROM left_over
    UNION
    SELECT project_code FROM asked
)

SELECT
    known.project_code,
    coalesce(standing.read_rows, 0) AS read_rows,
    coalesce(acknowledged.acknowledged_rows, 0) AS acknowledged_rows,
    asked.project_code IS NOT NULL AS is_open,
    left_over.project_code IS NOT NULL AS has_left_over
FROM known
LEFT JOIN standing ON standing.project_code = known.project_code
LEFT JOIN acknowledged ON acknowledged.project_code = known.project_code
LEFT JOIN left_over ON left_over.project_code = known.project_code
LEFT JOIN asked ON asked.project_code = known.project_code
ORDER BY known.project_code;
