-- The punches of the batches :batch_ids of :work_date, with every field either platform takes, in the order they are sent.
-- A record the device did not number is known by person, second and direction (devices.md).
SELECT
    ledger.batch_id,
    ledger.row_index,
    ledger.punch_id AS local_key,
    punch.project_code AS "projectCode",
    cast(team.platform_key AS bigint) AS "teamSysNo",
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
FROM delivery.punch_batch AS ledger
INNER JOIN core.punch AS punch
    ON punch.work_date = ledger.work_date AND punch.project_code = ledger.project_code AND punch.punch_id = ledger.punch_id
INNER JOIN core.person AS person ON person.person_id = punch.person_id
INNER JOIN core.project_worker AS worker ON worker.project_code = punch.project_code AND worker.person_id = punch.person_id
LEFT JOIN core.device AS device ON device.device_sn = punch.device_sn
LEFT JOIN delivery.registration AS team
    ON
        team.target = ledger.target AND team.kind = 'team' AND team.project_code = punch.project_code
        AND team.local_key = coalesce(worker.team_id, concat('management|', worker.corp_code))
LEFT JOIN LATERAL (
    SELECT min(filled.post_code) AS post_code
    FROM core.key_post_filled AS filled
    WHERE
        filled.project_code = punch.project_code AND filled.person_id = punch.person_id
        AND filled.start_date <= punch.work_date AND (filled.end_date IS NULL OR filled.end_date >= punch.work_date)
) AS post ON TRUE
WHERE ledger.work_date = :work_date AND ledger.batch_id = any(:batch_ids)
ORDER BY ledger.batch_id, ledger.row_index;
