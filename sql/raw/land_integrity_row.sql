-- Keep each version of a shared row once; the same version again changes nothing. Reads staged_shared; writes raw.integrity_row.
INSERT INTO raw.integrity_row (object, source_id, source_version, updated_at, deleted, payload, pulled_at)
SELECT DISTINCT ON (object, source_id, source_version)
    object,
    source_id,
    source_version,
    updated_at,
    deleted,
    payload,
    pulled_at
FROM staged_shared
ORDER BY object, source_id, source_version
ON CONFLICT (object, source_id, source_version) DO NOTHING;
