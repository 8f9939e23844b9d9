-- How many punches the warehouse has for :work_date.
SELECT count(*) FROM core.punch
WHERE work_date = :work_date;
