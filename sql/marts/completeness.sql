-- How far a day's punches have come, per target and project; a project under construction without a punch counts with 0.
-- Reads core.punch, delivery.*, marts.project and the temporary table unarrived. Writes nothing.
-- Parameters :work_date and :day_end, the first instant after the day; of the projects :project_codes only, where given.
WITH due AS (
    SELECT
        project_code,
        count(*) AS due,
        count(*) FILTER (WHERE received_at >= cast(:day_end AS timestamptz)) AS received_late,
        count(*) FILTER (WHERE withdrawn_at IS NOT NULL) AS withdrawn
    FROM core.punch
    WHERE
        work_date = cast(:work_date AS date)
        AND (cast(:project_codes AS text[]) IS NULL OR project_code = any(cast(:project_codes AS text[])))
    GROUP BY project_code
),

late AS (
    SELECT
        ledger.target,
        ledger.project_code,
        count(*) AS late
    FROM delivery.batch
    INNER JOIN delivery.punch_batch AS ledger
        ON
            ledger.work_date = cast(:work_date AS date) AND ledger.project_code = batch.project_code
            AND ledger.batch_id = batch.batch_id
    LEFT JOIN delivery.row_outcome AS outcome
        ON
            outcome.work_date = cast(:work_date AS date) AND outcome.project_code = ledger.project_code
            AND outcome.target = ledger.target AND outcome.punch_id = ledger.punch_id
            AND outcome.batch_id = ledger.batch_id
    WHERE
        batch.work_date = cast(:work_date AS date) AND batch.state = 'acknowledged'
        AND coalesce(batch.sent_at, batch.settled_at) >= cast(:day_end AS timestamptz)
        AND outcome.outcome IS NULL
    GROUP BY ledger.target, ledger.project_code
),

behind AS (
    SELECT
        target,
        project_code,
        count(*) AS behind,
        count(*) FILTER (WHERE state = 'in_batch') AS in_batch,
        count(*) FILTER (WHERE state = 'waiting') AS waiting,
        count(*) FILTER (WHERE state = 'held') AS held,
        count(*) FILTER (WHERE state = 'refused') AS refused
    FROM unarrived
    GROUP BY target, project_code
),

listed AS (
    SELECT project_code FROM due
    UNION
    SELECT project_code FROM marts.project
    WHERE
        prj_status = '003'
        AND (cast(:project_codes AS text[]) IS NULL OR project_code = any(cast(:project_codes AS text[])))
)

SELECT
    target.target,
    listed.project_code,
    project.project_name,
    project.area_code,
    coalesce(project.prj_status = '003', FALSE) AS is_under_construction,
    coalesce(due.due, 0) AS due,
    coalesce(due.due, 0) - coalesce(behind.behind, 0) AS acknowledged,
    coalesce(late.late, 0) AS late,
    coalesce(behind.in_batch, 0) AS in_batch,
    coalesce(behind.waiting, 0) AS waiting,
    coalesce(behind.held, 0) AS held,
    coalesce(behind.refused, 0) AS refused,
    coalesce(due.received_late, 0) AS received_late,
    coalesce(due.withdrawn, 0) AS withdrawn
FROM listed
CROSS JOIN (VALUES ('province'), ('nation')) AS target (target)
LEFT JOIN marts.project AS project ON project.project_code = listed.project_code
LEFT JOIN due ON due.project_code = listed.project_code
LEFT JOIN late ON late.project_code = listed.project_code AND late.target = target.target
LEFT JOIN behind ON behind.project_code = listed.project_code AND behind.target = target.target
ORDER BY project.area_code ASC, listed.project_code ASC, target.target DESC;
