-- The newest date that was checked; NULL where none was. Reads quality.checked_read.
SELECT max(work_date) AS work_date
FROM quality.checked_read;
