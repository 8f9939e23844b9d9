-- Bring the trainings in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.training. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.training AS kept
    USING raw.municipal_row AS gone
    WHERE gone.object = 'training' AND gone.withdrawn_at IS NOT NULL AND kept.training_id = gone.row_key
)

INSERT INTO core.training (
    training_id, project_code, person_id, training_date, training_duration, training_name, training_type_code,
    is_pass, training_score, digest
)
SELECT
    core.as_text(payload ->> 'id'),
    core.as_code(payload ->> 'project_code'),
    core.as_text(payload ->> 'person_id'),
    core.as_date(payload ->> 'training_date'),
    core.as_number(payload ->> 'training_duration'),
    core.as_text(payload ->> 'training_name'),
    core.as_code(payload ->> 'training_type_code'),
    core.as_boolean(payload ->> 'is_pass'),
    core.as_number(payload ->> 'training_score'),
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'training' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.training AS same
        WHERE same.training_id = landed.row_key AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (training_id) DO UPDATE
    SET
        project_code = excluded.project_code,
        person_id = excluded.person_id,
        training_date = excluded.training_date,
        training_duration = excluded.training_duration,
        training_name = excluded.training_name,
        training_type_code = excluded.training_type_code,
        is_pass = excluded.is_pass,
        training_score = excluded.training_score,
        digest = excluded.digest;
