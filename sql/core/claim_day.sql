-- Hold :work_date until the transaction ends: reads of one date go one after the other. Writes core.work_day.
INSERT INTO core.work_day (work_date, change_no)
VALUES (:work_date, 0)
ON CONFLICT (work_date) DO UPDATE
    SET work_date = excluded.work_date;
