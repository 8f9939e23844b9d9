-- The rows of a work date as the source has them, all as text, with the digest that it made of each. Makes the temporary table staged_attendance.
CREATE TEMPORARY TABLE staged_attendance (
    id text,
    project_code text,
    person_id text,
    device_sn text,
    device_record_id text,
    punched_at text,
    received_at text,
    direction text,
    attend_type text,
    image_ref text,
    lng text,
    lat text,
    source_digest bigint
) ON COMMIT DROP;
