-- How many punches there are for :work_date, if its last read had this :fingerprint; keeps that the source had :mark before it said so.
-- Writes core.work_day.
UPDATE core.work_day
SET mark = :mark, summed_at = :now
WHERE work_date = :work_date AND fingerprint = :fingerprint
RETURNING punches;
