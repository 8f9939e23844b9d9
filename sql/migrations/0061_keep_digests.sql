-- The digest that the source made of each punch when it was read, so that a day that was read before has only those read again that differ.
ALTER TABLE core.punch ADD COLUMN source_digest bigint;
COMMENT ON COLUMN core.punch.source_digest IS
'64 bits of the row as the source wrote it, under a seed of ours; NULL where the source could not make it';

-- Former values are kept without it.
CREATE OR REPLACE FUNCTION core.keep_superseded_punch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core.punch_version (
        work_date, project_code, punch_id, person_id, device_sn, device_record_id, punched_at, received_at, direction, attend_type, image_ref,
        lng, lat, first_read_at, changed_at, withdrawn_at, change_no, superseded_no, superseded_at
    )
    SELECT
        former.work_date, former.project_code, former.punch_id, former.person_id, former.device_sn, former.device_record_id, former.punched_at,
        former.received_at, former.direction, former.attend_type, former.image_ref, former.lng, former.lat, former.first_read_at,
        former.changed_at, former.withdrawn_at, former.change_no, present.change_no,
        coalesce(present.withdrawn_at, present.changed_at, former.first_read_at)
    FROM former
    INNER JOIN present
        ON
            present.work_date = former.work_date AND present.project_code = former.project_code AND present.punch_id = former.punch_id
    WHERE present.change_no > former.change_no;
    RETURN NULL;
END
$$;
