-- The newest date that has a punch of that id; NULL where none has. Reads core.punch.
SELECT max(work_date) AS work_date
FROM core.punch
WHERE punch_id = :punch_id;
