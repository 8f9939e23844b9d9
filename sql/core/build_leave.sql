-- Bring the leave in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.leave. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.leave AS kept
    USING raw.municipal_row AS gone
    WHERE gone.object = 'leave' AND gone.withdrawn_at IS NOT NULL AND kept.leave_id = gone.row_key
)

INSERT INTO core.leave (
    leave_id, project_code, person_id, from_date, to_date, approved_by, digest
)
SELECT
    core.as_text(payload ->> 'id'),
    core.as_code(payload ->> 'project_code'),
    core.as_text(payload ->> 'person_id'),
    core.as_date(payload ->> 'from_date'),
    core.as_date(payload ->> 'to_date'),
    core.as_text(payload ->> 'approved_by'),
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'leave' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.leave AS same
        WHERE same.leave_id = landed.row_key AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (leave_id) DO UPDATE
    SET
        project_code = excluded.project_code,
        person_id = excluded.person_id,
        from_date = excluded.from_date,
        to_date = excluded.to_date,
        approved_by = excluded.approved_by,
        digest = excluded.digest;
