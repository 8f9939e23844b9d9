-- Bring the stop-work periods in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.stop_work. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.stop_work AS kept
    USING raw.municipal_row AS gone
    WHERE gone.object = 'stop_work' AND gone.withdrawn_at IS NOT NULL AND kept.stop_work_id = gone.row_key
)

INSERT INTO core.stop_work (
    stop_work_id, project_code, from_date, to_date, approved_by, digest
)
SELECT
    core.as_text(payload ->> 'id'),
    core.as_code(payload ->> 'project_code'),
    core.as_date(payload ->> 'from_date'),
    core.as_date(payload ->> 'to_date'),
    core.as_text(payload ->> 'approved_by'),
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'stop_work' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.stop_work AS same
        WHERE same.stop_work_id = landed.row_key AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (stop_work_id) DO UPDATE
    SET
        project_code = excluded.project_code,
        from_date = excluded.from_date,
        to_date = excluded.to_date,
        approved_by = excluded.approved_by,
        digest = excluded.digest;
