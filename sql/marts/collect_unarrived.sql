-- Collect the punches of a day that a target has not acknowledged, with the state delivery.punch_state gives them.
-- Looks up only punches that an exception touched; the rest are told by joins. Reads core.punch, delivery.*; :work_date. Of the projects
-- :project_codes only, where given.
-- Writes the temporary table unarrived, which ends with the transaction; cause is the rule that holds a punch, or the words
-- it was refused with.
CREATE TEMPORARY TABLE unarrived ON COMMIT DROP AS
WITH untouched AS (
    SELECT
        punch.project_code,
        target.target,
        punch.punch_id
    FROM core.punch
    CROSS JOIN (VALUES ('province'), ('nation')) AS target (target)
    WHERE
        punch.work_date = cast(:work_date AS date)
        AND (cast(:project_codes AS text[]) IS NULL OR punch.project_code = any(cast(:project_codes AS text[])))
        AND NOT EXISTS (
            SELECT FROM delivery.punch_batch AS ledger
            WHERE
                ledger.work_date = cast(:work_date AS date) AND ledger.project_code = punch.project_code
                AND ledger.target = target.target AND ledger.punch_id = punch.punch_id
        )
),

touched AS (
    SELECT
        project_code,
        target,
        punch_id
    FROM delivery.row_outcome
    WHERE
        work_date = cast(:work_date AS date)
        AND (cast(:project_codes AS text[]) IS NULL OR project_code = any(cast(:project_codes AS text[])))
    UNION
    SELECT
        ledger.project_code,
        ledger.target,
        ledger.punch_id
    FROM delivery.batch
    INNER JOIN delivery.punch_batch AS ledger
        ON
            ledger.work_date = cast(:work_date AS date) AND ledger.project_code = batch.project_code
            AND ledger.batch_id = batch.batch_id
    WHERE
        batch.work_date = cast(:work_date AS date) AND batch.state <> 'acknowledged'
        AND (cast(:project_codes AS text[]) IS NULL OR batch.project_code = any(cast(:project_codes AS text[])))
)

SELECT
    untouched.target,
    untouched.project_code,
    untouched.punch_id,
    CASE WHEN hold.punch_id IS NULL THEN 'waiting' ELSE 'held' END AS state,
    coalesce(hold.rule_id, '') AS cause,
    cast(NULL AS bigint) AS batch_id,
    coalesce(hold.reason, '') AS reason
FROM untouched
LEFT JOIN delivery.hold
    ON
        hold.work_date = cast(:work_date AS date) AND hold.project_code = untouched.project_code
        AND hold.target = untouched.target AND hold.punch_id = untouched.punch_id
UNION ALL
SELECT
    punch_state.target,
    punch_state.project_code,
    punch_state.punch_id,
    punch_state.state,
    CASE punch_state.state
        WHEN 'held' THEN coalesce(punch_state.rule_id, '')
        WHEN 'refused' THEN coalesce(punch_state.reason, '')
        ELSE ''
    END AS cause,
    punch_state.batch_id,
    CASE WHEN punch_state.state IN ('held', 'refused') THEN coalesce(punch_state.reason, '') ELSE '' END AS reason
FROM touched
INNER JOIN delivery.punch_state
    ON
        punch_state.work_date = cast(:work_date AS date) AND punch_state.project_code = touched.project_code
        AND punch_state.target = touched.target AND punch_state.punch_id = touched.punch_id
WHERE punch_state.state <> 'acknowledged';
