-- Merge the typed rows of one work date: new rows in, changed rows replaced and marked, rows that came back un-withdrawn.
-- Reads typed_attendance (temporary); writes core.punch of :work_date only, with :change_no, the number of this read; former values of changed
-- rows go to core.punch_version by its trigger. The date is held, so no other read adds rows meanwhile; ON CONFLICT would look into the
-- index once more for every new row, which is a third of the whole.
MERGE INTO core.punch
USING (
    SELECT DISTINCT ON (project_code, id) *
    FROM typed_attendance
    WHERE work_date = :work_date
    ORDER BY project_code, id, received_at, punched_at, person_id, device_sn, device_record_id, direction
) AS typed
    ON punch.work_date = :work_date AND punch.project_code = typed.project_code AND punch.punch_id = typed.id
WHEN MATCHED
AND (
    punch.person_id, punch.device_sn, punch.device_record_id, punch.punched_at, punch.received_at, punch.direction,
    punch.attend_type, punch.image_ref, punch.lng, punch.lat, punch.withdrawn_at
) IS DISTINCT FROM (
    typed.person_id, typed.device_sn, typed.device_record_id, typed.punched_at, typed.received_at, typed.direction,
    typed.attend_type, typed.image_ref, typed.lng, typed.lat, NULL
)
THEN
    UPDATE
        SET
            person_id = typed.person_id,
            device_sn = typed.device_sn,
            device_record_id = typed.device_record_id,
            punched_at = typed.punched_at,
            received_at = typed.received_at,
            direction = typed.direction,
            attend_type = typed.attend_type,
            image_ref = typed.image_ref,
            lng = typed.lng,
            lat = typed.lat,
            source_digest = typed.source_digest,
            changed_at = cast(:read_at AS timestamptz),
            change_no = cast(:change_no AS bigint),
            withdrawn_at = NULL
WHEN NOT MATCHED
THEN INSERT (
    work_date, project_code, punch_id, person_id, device_sn, device_record_id, punched_at, received_at, direction, attend_type,
    image_ref, lng, lat, source_digest, first_read_at, change_no
)
VALUES (
    typed.work_date, typed.project_code, typed.id, typed.person_id, typed.device_sn, typed.device_record_id, typed.punched_at,
    typed.received_at, typed.direction, typed.attend_type, typed.image_ref, typed.lng, typed.lat, typed.source_digest,
    cast(:read_at AS timestamptz), cast(:change_no AS bigint)
);
