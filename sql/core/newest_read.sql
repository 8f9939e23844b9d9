-- The number of the last committed read of :work_date; 0 before the first. Reads core.work_day.
SELECT coalesce(max(change_no), 0) AS change_no
FROM core.work_day
WHERE work_date = :work_date;
