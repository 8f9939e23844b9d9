-- The punches of the batches :batch_ids of :work_date in the order they are sent, with the values they had when they were planned. A record the
-- device did not number is known by person, second and direction (devices.md). Reads delivery.sent_punch.
SELECT
    punch.batch_id,
    punch.row_index,
    punch.punch_id AS local_key,
    punch.project_code AS "projectCode",
    cast(nullif(punch.group_key, '') AS bigint) AS "teamSysNo",
    punch.person_id,
    punch.punched_at AS date,
    punch.direction,
    punch.attend_type AS "attendType",
    punch.lng,
    punch.lat,
    punch.device_sn AS "deviceSn",
    coalesce(
        punch.device_record_id,
        substr(concat_ws('-', punch.person_id, to_char(punch.punched_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDDHH24MISS'), punch.direction), 1, 50)
    ) AS "deviceRecordId",
    punch.received_at AS "receivedAt"
FROM delivery.sent_punch AS punch
WHERE punch.work_date = :work_date AND punch.batch_id = any(:batch_ids)
ORDER BY punch.batch_id, punch.row_index;
