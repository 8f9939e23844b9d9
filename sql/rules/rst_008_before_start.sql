-- Punches of :work_date made before the municipal start date of their project.
-- Reads core.punch and core.municipal_project; start dates and punch times one cannot believe say nothing.
SELECT
    punch.punch_id AS object_key,
    'date' AS field,
    punch.project_code,
    concat('on or after ', project.start_date) AS expected,
    to_char(punch.punched_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS actual
FROM core.municipal_project AS project
INNER JOIN core.punch AS punch ON punch.project_code = project.project_code
WHERE
    punch.work_date = :work_date AND punch.withdrawn_at IS NULL
    AND project.start_date > :work_date AND project.start_date <= :work_date + make_interval(years => :years_ahead)
    AND punch.punched_at >= cast(:earliest_punch AS timestamp) AT TIME ZONE 'Asia/Shanghai'
    AND punch.punched_at <= punch.received_at + make_interval(mins => :minutes_ahead);
