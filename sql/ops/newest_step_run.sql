-- The newest run of a step for a date (NULL where the step has none) and a target. Reads ops.step_run.
SELECT
    state,
    started_at,
    ended_at,
    summary
FROM ops.step_run
WHERE
    step = :step
    AND work_date IS NOT DISTINCT FROM cast(:work_date AS date)
    AND target IS NOT DISTINCT FROM cast(:target AS text)
ORDER BY run_id DESC
LIMIT 1;
