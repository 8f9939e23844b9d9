-- How many punches there are for :work_date, if its last read had this :fingerprint. Reads core.work_day.
SELECT punches
FROM core.work_day
WHERE work_date = :work_date AND fingerprint = :fingerprint;
