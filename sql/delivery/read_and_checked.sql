-- By project the punches of :work_date that were read and stand, and how many of them the last check has seen.
-- Reads core.punch, quality.checked_read.
WITH upto AS (
    SELECT coalesce(max(change_no), 0) AS change_no
    FROM quality.checked_read
    WHERE work_date = :work_date
)

SELECT
    punch.project_code,
    count(*) AS read_rows,
    count(*) FILTER (WHERE punch.change_no <= upto.change_no) AS checked_rows
FROM core.punch AS punch
CROSS JOIN upto
WHERE punch.work_date = :work_date AND punch.withdrawn_at IS NULL
GROUP BY punch.project_code;
