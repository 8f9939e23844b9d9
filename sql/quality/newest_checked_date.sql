-- The newest date that was checked, up to :last_date where that is given; NULL where none was. Reads quality.checked_read.
SELECT max(work_date) FROM quality.checked_read
WHERE cast(:last_date AS date) IS NULL OR work_date <= cast(:last_date AS date);
