-- Bring the movements into and out of projects in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.entry_exit. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.entry_exit AS kept
    USING raw.municipal_row AS gone
    WHERE gone.object = 'entry_exit' AND gone.withdrawn_at IS NOT NULL AND kept.entry_exit_id = gone.row_key
)

INSERT INTO core.entry_exit (
    entry_exit_id, project_code, person_id, kind, moved_on, reason, digest
)
SELECT
    core.as_text(payload ->> 'id'),
    core.as_code(payload ->> 'project_code'),
    core.as_text(payload ->> 'person_id'),
    core.as_code(payload ->> 'kind'),
    core.as_date(payload ->> 'date'),
    core.as_text(payload ->> 'reason'),
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'entry_exit' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.entry_exit AS same
        WHERE same.entry_exit_id = landed.row_key AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (entry_exit_id) DO UPDATE
    SET
        project_code = excluded.project_code,
        person_id = excluded.person_id,
        kind = excluded.kind,
        moved_on = excluded.moved_on,
        reason = excluded.reason,
        digest = excluded.digest;
