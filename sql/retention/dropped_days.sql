-- The days whose rows were dropped. Reads ops.dropped_day.
SELECT
    work_date,
    dropped_at,
    basis
FROM ops.dropped_day
ORDER BY work_date;
