-- When the newest run of a step for :work_date began that did not fail, as of :now; NULL where there is none. Reads ops.step_run.
SELECT max(started_at) AS started_at
FROM ops.step_run
WHERE
    step = :step AND work_date = cast(:work_date AS date) AND state = 'done'
    AND started_at <= cast(:now AS timestamptz);
