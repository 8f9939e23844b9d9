-- Bring the history of the appointed key posts in step with raw: each version valid until the next, the highest now.
-- Reads raw.integrity_row; writes core.shared_key_post. A function of raw alone, so running it again changes nothing.
INSERT INTO core.shared_key_post (
    source_id, source_version, valid_from, valid_to, deleted,
    project_code, post_code, person_id, corp_code, corp_type, start_date, end_date, is_primary, appointment_doc_no
)
SELECT
    source_id,
    source_version,
    updated_at,
    lead(updated_at) OVER (PARTITION BY source_id ORDER BY source_version),
    deleted,
    core.as_code(payload ->> 'projectCode'),
    core.as_code(payload ->> 'postCode'),
    core.as_text(payload ->> 'personId'),
    core.as_code(payload ->> 'corpCode'),
    core.as_code(payload ->> 'corpType'),
    core.as_date(payload ->> 'startDate'),
    core.as_date(payload ->> 'endDate'),
    core.as_boolean(payload ->> 'isPrimary'),
    core.as_text(payload ->> 'appointmentDocNo')
FROM raw.integrity_row
WHERE
    object = 'key_post'
    AND source_id IN (
        SELECT fresh.source_id
        FROM raw.integrity_row AS fresh
        LEFT JOIN core.shared_key_post AS built ON built.source_id = fresh.source_id AND built.source_version = fresh.source_version
        WHERE fresh.object = 'key_post' AND built.source_id IS NULL
    )
ON CONFLICT (source_id, source_version) DO UPDATE
    SET valid_to = excluded.valid_to
    WHERE shared_key_post.valid_to IS DISTINCT FROM excluded.valid_to;
