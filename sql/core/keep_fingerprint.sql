-- Keep what the read of :work_date came to: its fingerprint, NULL where the date has to be read again in any case, what the source had counted
-- before it, and how many punches there are. Writes core.work_day.
UPDATE core.work_day
SET fingerprint = :fingerprint, punches = :punches, mark = :mark, summed_at = :now
WHERE work_date = :work_date;
