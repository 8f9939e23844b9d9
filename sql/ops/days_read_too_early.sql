-- Days before :work_date, not before :first, whose newest good read began before they had ended and :late_commit had passed since: their last
-- rows were not read. A day has ended only if that lies before :now. Reads ops.step_run.
SELECT work_date
FROM ops.step_run
WHERE
    step = 'extract_municipal' AND state = 'done'
    AND work_date < cast(:work_date AS date) AND work_date >= cast(:first AS date)
    AND cast(work_date + 1 AS timestamp) AT TIME ZONE 'Asia/Shanghai' + cast(:late_commit AS interval) <= cast(:now AS timestamptz)
GROUP BY work_date
HAVING max(started_at) < cast(work_date + 1 AS timestamp) AT TIME ZONE 'Asia/Shanghai' + cast(:late_commit AS interval);
