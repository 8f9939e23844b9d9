-- Merge the staged rows of one work date: new rows in, changed rows replaced and marked, rows that came back un-withdrawn.
-- Reads staged_attendance (temporary, text as the source had it); writes core.punch of :work_date only, with :change_no, the number of this
-- read; former values of changed rows go to core.punch_version by its trigger. The same rows again touch nothing.
WITH typed AS (
    SELECT
        id,
        core.as_code(project_code) AS project_code,
        core.as_text(person_id) AS person_id,
        core.as_text(device_sn) AS device_sn,
        core.as_text(device_record_id) AS device_record_id,
        core.as_instant(punched_at) AS punched_at,
        coalesce(core.as_instant(received_at), cast(:read_at AS timestamptz)) AS received_at,
        core.as_code(direction) AS direction,
        core.as_code(attend_type) AS attend_type,
        core.as_text(image_ref) AS image_ref,
        core.as_number(lng) AS lng,
        core.as_number(lat) AS lat
    FROM staged_attendance
),

dated AS (
    SELECT
        *,
        cast(
            CASE
                WHEN punched_at < '2015-01-01T00:00:00+08:00' OR punched_at > received_at + interval '10 minutes' THEN received_at
                ELSE coalesce(punched_at, received_at)
            END AT TIME ZONE 'Asia/Shanghai' AS date
        ) AS work_date
    FROM typed
)

INSERT INTO core.punch (
    work_date, project_code, punch_id, person_id, device_sn, device_record_id, punched_at, received_at, direction, attend_type,
    image_ref, lng, lat, first_read_at, change_no
)
SELECT DISTINCT ON (project_code, id)
    work_date,
    coalesce(project_code, ''),
    id,
    coalesce(person_id, ''),
    device_sn,
    device_record_id,
    punched_at,
    received_at,
    direction,
    attend_type,
    image_ref,
    lng,
    lat,
    cast(:read_at AS timestamptz),
    cast(:change_no AS bigint)
FROM dated
WHERE work_date = :work_date
ORDER BY project_code, id
ON CONFLICT (work_date, project_code, punch_id) DO UPDATE
    SET
        person_id = excluded.person_id,
        device_sn = excluded.device_sn,
        device_record_id = excluded.device_record_id,
        punched_at = excluded.punched_at,
        received_at = excluded.received_at,
        direction = excluded.direction,
        attend_type = excluded.attend_type,
        image_ref = excluded.image_ref,
        lng = excluded.lng,
        lat = excluded.lat,
        changed_at = excluded.first_read_at,
        change_no = excluded.change_no,
        withdrawn_at = NULL
    WHERE
    (
        punch.person_id, punch.device_sn, punch.device_record_id, punch.punched_at, punch.received_at, punch.direction,
        punch.attend_type, punch.image_ref, punch.lng, punch.lat, punch.withdrawn_at
    ) IS DISTINCT FROM (
        excluded.person_id, excluded.device_sn, excluded.device_record_id, excluded.punched_at, excluded.received_at, excluded.direction,
        excluded.attend_type, excluded.image_ref, excluded.lng, excluded.lat, NULL
    );
