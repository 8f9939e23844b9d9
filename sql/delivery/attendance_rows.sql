-- The punches of the batches :batch_ids of :work_date, with every field either platform takes, in the order they are sent and with the
-- values they had when they were planned. A record the device did not number is known by person, second and direction (devices.md).
SELECT
    punch.batch_id,
    punch.row_index,
    punch.punch_id AS local_key,
    punch.project_code AS "projectCode",
    cast(coalesce(nullif(batch.group_key, ''), team.platform_key) AS bigint) AS "teamSysNo",
    person.id_card_type AS "idCardType",
    person.id_cipher AS "idCardNumber",
    punch.punched_at AS date,
    punch.direction,
    device.gate_name AS channel,
    punch.attend_type AS "attendType",
    punch.lng,
    punch.lat,
    punch.device_sn AS "deviceSn",
    coalesce(
        punch.device_record_id,
        substr(concat_ws('-', punch.person_id, to_char(punch.punched_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDDHH24MISS'), punch.direction), 1, 50)
    ) AS "deviceRecordId",
    punch.received_at AS "receivedAt",
    post.post_code AS "postCode"
FROM delivery.sent_punch AS punch
INNER JOIN delivery.batch AS batch
    ON batch.work_date = punch.work_date AND batch.project_code = punch.project_code AND batch.batch_id = punch.batch_id
LEFT JOIN core.person AS person ON person.person_id = punch.person_id
LEFT JOIN core.project_worker AS worker ON worker.project_code = punch.project_code AND worker.person_id = punch.person_id
LEFT JOIN core.device AS device ON device.device_sn = punch.device_sn
LEFT JOIN delivery.registration AS team
    ON
        team.target = punch.target AND team.kind = 'team' AND team.project_code = punch.project_code
        AND team.local_key = coalesce(worker.team_id, concat('management|', worker.corp_code))
LEFT JOIN LATERAL (
    SELECT min(filled.post_code) AS post_code
    FROM core.key_post_filled AS filled
    WHERE
        filled.project_code = punch.project_code AND filled.person_id = punch.person_id
        AND filled.start_date <= punch.work_date AND (filled.end_date IS NULL OR filled.end_date >= punch.work_date)
) AS post ON TRUE
WHERE punch.work_date = :work_date AND punch.batch_id = any(:batch_ids)
ORDER BY punch.batch_id, punch.row_index;
