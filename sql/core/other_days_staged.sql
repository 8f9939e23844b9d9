-- Rows received on :work_date that belong to other days, by day, and how many of them the warehouse does not have yet. Reads only.
WITH dated AS (
    SELECT
        id,
        coalesce(core.as_code(project_code), '') AS project_code,
        cast(core.as_instant(punched_at) AT TIME ZONE 'Asia/Shanghai' AS date) AS work_date
    FROM staged_attendance
    WHERE
        core.as_instant(punched_at) >= '2015-01-01T00:00:00+08:00'
        AND core.as_instant(punched_at) <= core.as_instant(received_at) + interval '10 minutes'
)

SELECT
    dated.work_date,
    count(*) AS staged_rows,
    count(*) FILTER (WHERE punch.punch_id IS NULL) AS unread_rows
FROM dated
LEFT JOIN core.punch AS punch
    ON punch.work_date = dated.work_date AND punch.project_code = dated.project_code AND punch.punch_id = dated.id
WHERE dated.work_date <> :work_date
GROUP BY dated.work_date
ORDER BY dated.work_date;
