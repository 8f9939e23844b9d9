-- Number a read of the punches of :work_date, which is held already. Writes core.work_day; yields the number.
UPDATE core.work_day
SET change_no = change_no + 1
WHERE work_date = :work_date
RETURNING change_no;
