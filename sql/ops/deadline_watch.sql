-- What was last said about the deadline of :work_date, by platform. Reads ops.deadline_watch.
SELECT
    target,
    verdict,
    told
FROM ops.deadline_watch
WHERE work_date = cast(:work_date AS date);
