-- Begin a read of the punches of :work_date: reads of one date go one after the other, and each has a number. Writes core.work_day; yields it.
INSERT INTO core.work_day (work_date, change_no)
VALUES (:work_date, 1)
ON CONFLICT (work_date) DO UPDATE
    SET change_no = work_day.change_no + 1
RETURNING change_no;
