-- Up to which read :work_date was checked, NULL where it never was, and up to which it was read. Reads quality.checked_read, core.work_day.
SELECT
    (
        SELECT change_no FROM quality.checked_read
        WHERE work_date = :work_date
    ) AS checked,
    (
        SELECT coalesce(max(change_no), 0) FROM core.work_day
        WHERE work_date = :work_date
    ) AS read;
