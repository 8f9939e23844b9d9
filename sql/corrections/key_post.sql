-- The shared row and both values behind findings of CMP-005, one row for each shared row that a finding is about.
-- Reads core.current_key_post, core.current_person, quality.post_filled; :object_keys and :fields of the findings, side by side.
SELECT
    wanted.object_key,
    wanted.field,
    shared.source_id,
    shared.source_version,
    compared.shared_value,
    compared.municipal_value,
    cast(NULL AS bytea) AS shared_cipher,
    cast(NULL AS bytea) AS municipal_cipher
FROM unnest(cast(:object_keys AS text[]), cast(:fields AS text[])) AS wanted (object_key, field)
INNER JOIN quality.post_filled AS filled ON filled.object_key = wanted.object_key
INNER JOIN core.current_key_post AS shared
    ON shared.project_code = filled.project_code AND shared.post_code = filled.post_code
INNER JOIN core.current_person AS person ON person.person_id = shared.person_id AND person.id_hash = filled.id_hash
INNER JOIN
    LATERAL (
        VALUES
        ('startDate', cast(shared.start_date AS text), cast(filled.start_date AS text)),
        ('endDate', cast(shared.end_date AS text), cast(filled.end_date AS text))
    ) AS compared (field, shared_value, municipal_value)
    ON compared.field = wanted.field;
