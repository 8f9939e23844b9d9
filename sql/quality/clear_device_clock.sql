-- Make room for the device clocks of :work_date. Writes quality.device_clock of that date only.
DELETE FROM quality.device_clock
WHERE work_date = :work_date;
