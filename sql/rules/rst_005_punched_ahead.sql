-- Punches of :work_date made more than :minutes_ahead minutes after they were received; more than :days_after_receipt days
-- is SHP-004. Reads core.punch.
SELECT
    punch.punch_id AS object_key,
    'date' AS field,
    punch.project_code,
    concat(
        'at most ', cast(:minutes_ahead AS integer), ' minutes after ',
        to_char(punch.received_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')
    ) AS expected,
    to_char(punch.punched_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS actual
FROM core.punch AS punch
WHERE
    punch.work_date = :work_date AND punch.withdrawn_at IS NULL
    AND punch.punched_at > punch.received_at + make_interval(mins => :minutes_ahead)
    AND punch.punched_at <= punch.received_at + make_interval(days => :days_after_receipt);
