-- Draft a correction, with its first event; nothing happens where one is under way for the field of the shared row.
-- Writes quality.correction, quality.correction_event; yields correction_id.
WITH drafted AS (
    INSERT INTO quality.correction (
        finding_id, rule_id, object, object_key, project_code, object_type, source_id, source_version, field, shared_shown,
        municipal_shown, reason, data_cipher, data_sha256, state, requested_by, requested_at, updated_at
    )
    VALUES (
        :finding_id, :rule_id, :object, :object_key, :project_code, :object_type, :source_id, :source_version, :field, :shared_shown,
        :municipal_shown, :reason, :data_cipher, :data_sha256, 'drafted', :requested_by, :requested_at, :requested_at
    )
    ON CONFLICT DO NOTHING
    RETURNING correction_id
),

noted AS (
    INSERT INTO quality.correction_event (correction_id, state, told_at, told_by, remark)
    SELECT
        correction_id,
        'drafted',
        :requested_at,
        :requested_by,
        :reason
    FROM drafted
)

SELECT correction_id FROM drafted;
