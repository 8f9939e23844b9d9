-- The last run of every step for a day, and of the steps that belong to no day, as of :moment.
-- Reads ops.step_run; parameters :work_date, :moment. Writes nothing.
SELECT DISTINCT ON (step, target)
    step,
    target,
    state,
    started_at,
    ended_at
FROM ops.step_run
WHERE (work_date = cast(:work_date AS date) OR work_date IS NULL) AND started_at <= cast(:moment AS timestamptz)
ORDER BY step ASC, target ASC, run_id DESC;
