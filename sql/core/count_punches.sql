-- How many punches the warehouse has for :work_date. Reads core.project_day.
SELECT cast(coalesce(sum(punches), 0) AS bigint) AS punches
FROM core.project_day
WHERE work_date = :work_date;
