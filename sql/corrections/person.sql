-- The shared row and both values behind findings of CMP-004, one row for each shared row that a finding is about; phones as ciphertext.
-- Reads core.current_person, core.person; :object_keys and :fields of the findings, side by side.
SELECT
    wanted.object_key,
    wanted.field,
    shared.source_id,
    shared.source_version,
    CASE WHEN wanted.field = 'name' THEN shared.name END AS shared_value,
    CASE WHEN wanted.field = 'name' THEN copy.name END AS municipal_value,
    CASE WHEN wanted.field = 'phone' THEN shared.phone_cipher END AS shared_cipher,
    CASE WHEN wanted.field = 'phone' THEN copy.phone_cipher END AS municipal_cipher
FROM unnest(cast(:object_keys AS text[]), cast(:fields AS text[])) AS wanted (object_key, field)
INNER JOIN core.person AS copy ON copy.person_id = wanted.object_key
INNER JOIN core.current_person AS shared ON shared.id_hash = copy.id_hash
WHERE wanted.field IN ('name', 'phone') AND (copy.id_problem = '' OR copy.id_problem IS NULL);
