-- Punches of :work_date whose record number the device had used for a punch of another time before, that day or the :days_back days before.
-- Reads core.punch. The one received first keeps the number, as the province keeps the first of (deviceSn, deviceRecordId) and refuses the
-- others; the same time again is RST-007.
WITH reused AS (
    SELECT
        device_sn,
        device_record_id
    FROM core.punch
    WHERE
        work_date BETWEEN :work_date - :days_back AND :work_date AND withdrawn_at IS NULL
        AND device_sn IS NOT NULL AND device_record_id IS NOT NULL
    GROUP BY device_sn, device_record_id
    HAVING count(*) > 1 AND min(punched_at) <> max(punched_at) AND max(work_date) = :work_date
),

used AS (
    SELECT
        punch.work_date,
        punch.project_code,
        punch.punch_id,
        punch.punched_at,
        first_value(punch.punch_id) OVER in_order AS first_punch_id,
        first_value(punch.punched_at) OVER in_order AS first_punched_at
    FROM reused
    INNER JOIN core.punch AS punch ON punch.device_sn = reused.device_sn AND punch.device_record_id = reused.device_record_id
    WHERE punch.work_date BETWEEN :work_date - :days_back AND :work_date AND punch.withdrawn_at IS NULL
    WINDOW
        in_order AS (
            PARTITION BY punch.device_sn COLLATE "C", punch.device_record_id COLLATE "C"
            ORDER BY punch.received_at, length(punch.punch_id), punch.punch_id
        )
)

SELECT
    punch_id AS object_key,
    'deviceRecordId' AS field,
    project_code,
    'a record number of its own' AS expected,
    concat('the number of punch ', first_punch_id) AS actual
FROM used
WHERE work_date = :work_date AND punched_at <> first_punched_at;
