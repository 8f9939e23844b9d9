-- Keep the digests of rows of :work_date that are written otherwise at the source and say the same, which read :change_no therefore left as they
-- were. Of rows of one key it is the row that sql/core/merge_punch.sql takes. Reads typed_attendance (temporary); writes core.punch.
UPDATE core.punch
SET source_digest = typed.source_digest
FROM (
    SELECT DISTINCT ON (project_code, id) *
    FROM typed_attendance
    WHERE work_date = :work_date
    ORDER BY project_code, id, received_at, punched_at, person_id, device_sn, device_record_id, direction
) AS typed
WHERE
    punch.work_date = :work_date AND punch.project_code = typed.project_code AND punch.punch_id = typed.id
    AND punch.change_no <> :change_no AND punch.source_digest IS DISTINCT FROM typed.source_digest;
