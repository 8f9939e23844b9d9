-- What the source has of a work date, by key and digest. Makes the temporary table listed_attendance.
CREATE TEMPORARY TABLE listed_attendance (
    id text COLLATE "C",
    project_code text,
    source_digest bigint
) ON COMMIT DROP;
