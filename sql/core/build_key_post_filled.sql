-- Bring the key posts as filled on site in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.key_post_filled. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.key_post_filled AS kept
    USING raw.municipal_row AS gone
    WHERE
        gone.object = 'key_post' AND gone.withdrawn_at IS NOT NULL
        AND gone.row_key = concat_ws('|', kept.project_code, kept.post_code, kept.person_id)
)

INSERT INTO core.key_post_filled (
    project_code, post_code, person_id, registration_category, registration_level, registration_no, start_date,
    end_date, digest
)
SELECT
    core.as_code(payload ->> 'project_code'),
    core.as_code(payload ->> 'post_code'),
    core.as_text(payload ->> 'person_id'),
    core.as_text(payload ->> 'registration_category'),
    core.as_text(payload ->> 'registration_level'),
    core.as_text(payload ->> 'registration_no'),
    core.as_date(payload ->> 'start_date'),
    core.as_date(payload ->> 'end_date'),
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'key_post' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.key_post_filled AS same
        WHERE
            landed.row_key = concat_ws('|', same.project_code, same.post_code, same.person_id)
            AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (project_code, post_code, person_id) DO UPDATE
    SET
        registration_category = excluded.registration_category,
        registration_level = excluded.registration_level,
        registration_no = excluded.registration_no,
        start_date = excluded.start_date,
        end_date = excluded.end_date,
        digest = excluded.digest;
