-- Keep what the read of :work_date came to: its fingerprint, NULL where the date has to be read again in any case, and how many punches there
-- are. Writes core.work_day.
UPDATE core.work_day
SET fingerprint = :fingerprint, punches = :punches
WHERE work_date = :work_date;
