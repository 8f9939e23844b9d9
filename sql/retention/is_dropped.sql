-- Whether the rows of :work_date were dropped. Reads ops.dropped_day.
SELECT count(*) > 0
FROM ops.dropped_day
WHERE work_date = cast(:work_date AS date);
