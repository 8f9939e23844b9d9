-- Punches of :work_date that a platform refused and that are refused still, by project, platform and reason in its words, but for names, numbers
-- and places of rows. Reads delivery.batch, punch_batch, row_outcome, punch_state; core.project_worker and person for the names.
WITH candidate AS MATERIALIZED (
    SELECT
        project_code,
        target,
        punch_id
    FROM delivery.row_outcome
    WHERE work_date = :work_date AND outcome = 'refused'
    UNION
    SELECT
        ledger.project_code,
        ledger.target,
        ledger.punch_id
    FROM delivery.batch AS batch
    INNER JOIN delivery.punch_batch AS ledger
        ON
            ledger.work_date = :work_date AND ledger.project_code = batch.project_code AND ledger.batch_id = batch.batch_id
    WHERE batch.work_date = :work_date AND batch.kind = 'attendance' AND batch.state = 'refused'
),

refused AS (
    SELECT
        state.project_code,
        state.target,
        coalesce(state.reason, 'no reason given') AS reason,
        count(*) AS punches
    FROM candidate
    INNER JOIN delivery.punch_state AS state
        ON
            state.work_date = :work_date AND state.project_code = candidate.project_code
            AND state.target = candidate.target AND state.punch_id = candidate.punch_id
    WHERE state.state = 'refused'
    GROUP BY state.project_code, state.target, coalesce(state.reason, 'no reason given')
),

told AS (
    SELECT
        project_code,
        target,
        punches,
        quality.without_persons(reason, project_code) AS words
    FROM refused
)

SELECT
    concat_ws('|', project_code, target, left(md5(words), 8)) AS object_key,
    concat('attendance:', target) AS field,
    project_code,
    'taken by the platform' AS expected,
    concat(sum(punches), ' punches refused: ', words) AS actual
FROM told
GROUP BY project_code, target, words;
