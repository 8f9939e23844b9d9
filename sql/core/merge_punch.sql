-- Merge the typed rows of one work date: new rows in, changed rows replaced and marked, rows that came back un-withdrawn.
-- Reads typed_attendance (temporary); writes core.punch of :work_date only, with :change_no, the number of this read; former values of changed
-- rows go to core.punch_version by its trigger. Rows that are the same are not even looked for in the index.
INSERT INTO core.punch (
    work_date, project_code, punch_id, person_id, device_sn, device_record_id, punched_at, received_at, direction, attend_type,
    image_ref, lng, lat, first_read_at, change_no
)
SELECT
    typed.work_date,
    typed.project_code,
    typed.id,
    typed.person_id,
    typed.device_sn,
    typed.device_record_id,
    typed.punched_at,
    typed.received_at,
    typed.direction,
    typed.attend_type,
    typed.image_ref,
    typed.lng,
    typed.lat,
    cast(:read_at AS timestamptz),
    cast(:change_no AS bigint)
FROM (
    SELECT DISTINCT ON (project_code, id) *
    FROM typed_attendance
    WHERE work_date = :work_date
    ORDER BY project_code, id, received_at, punched_at, person_id, device_sn, device_record_id, direction
) AS typed
WHERE
    NOT EXISTS (
        SELECT 1 FROM core.punch AS same
        WHERE
            same.work_date = :work_date AND same.project_code = typed.project_code AND same.punch_id = typed.id
            AND (
                same.person_id, same.device_sn, same.device_record_id, same.punched_at, same.received_at, same.direction,
                same.attend_type, same.image_ref, same.lng, same.lat, same.withdrawn_at
            ) IS NOT DISTINCT FROM (
                typed.person_id, typed.device_sn, typed.device_record_id, typed.punched_at, typed.received_at, typed.direction,
                typed.attend_type, typed.image_ref, typed.lng, typed.lat, NULL
            )
    )
ORDER BY typed.project_code, typed.id
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
