-- The dates from :first_date to :last_date that were checked, oldest first. Reads quality.checked_read. Writes nothing.
SELECT
    work_date,
    checked_at
FROM quality.checked_read
WHERE work_date BETWEEN cast(:first_date AS date) AND cast(:last_date AS date)
ORDER BY work_date;
