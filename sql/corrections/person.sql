-- The shared row and both values behind findings of CMP-004, one row for each shared row that a finding is about; phones as ciphertext.
-- Reads core.current_person, core.person; :object_keys and :fields of the findings, side by side.
SELECT
    wanted.object_key,
    wanted.field,
    shared.source_id,
    shared.source_version,
    compared.shared_value,
    compared.municipal_value,
    compared.shared_cipher,
    compared.municipal_cipher
FROM unnest(cast(:object_keys AS text[]), cast(:fields AS text[])) AS wanted (object_key, field)
INNER JOIN core.person AS copy ON copy.person_id = wanted.object_key
INNER JOIN core.current_person AS shared ON shared.id_hash = copy.id_hash
INNER JOIN
    LATERAL (
        VALUES
        ('name', shared.name, copy.name, cast(NULL AS bytea), cast(NULL AS bytea)),
        ('idCardType', shared.id_card_type, copy.id_card_type, NULL, NULL),
        ('phone', NULL, NULL, shared.phone_cipher, copy.phone_cipher)
    ) AS compared (field, shared_value, municipal_value, shared_cipher, municipal_cipher)
    ON compared.field = wanted.field
WHERE copy.id_problem = '' OR copy.id_problem IS NULL;
