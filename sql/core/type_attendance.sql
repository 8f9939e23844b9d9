-- The staged rows with the types and the work date they have in core, worked out once. Reads staged_attendance (temporary, text as the source
-- had it); writes the temporary table typed_attendance.
CREATE TEMPORARY TABLE typed_attendance ON COMMIT DROP AS
SELECT
    *,
    cast(
        CASE
            WHEN punched_at < '2015-01-01T00:00:00+08:00' OR punched_at > received_at + interval '10 minutes' THEN received_at
            ELSE coalesce(punched_at, received_at)
        END AT TIME ZONE 'Asia/Shanghai' AS date
    ) AS work_date
FROM (
    SELECT
        *,
        coalesce(stated_receipt, cast(:read_at AS timestamptz)) AS received_at,
        stated_receipt IS NULL AS is_receipt_unknown
    FROM (
        SELECT
            id COLLATE "C" AS id,
            coalesce(core.as_code(project_code), '') AS project_code,
            coalesce(core.as_text(person_id), '') AS person_id,
            core.as_text(device_sn) AS device_sn,
            core.as_text(device_record_id) AS device_record_id,
            core.as_instant(punched_at) AS punched_at,
            core.as_instant(received_at) AS stated_receipt,
            core.as_code(direction) AS direction,
            core.as_code(attend_type) AS attend_type,
            core.as_text(image_ref) AS image_ref,
            core.as_number(lng) AS lng,
            core.as_number(lat) AS lat,
            source_digest
        FROM staged_attendance
        OFFSET 0 -- noqa: AM09
    ) AS read_once
) AS dated_receipt;
