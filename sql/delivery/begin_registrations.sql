-- Mark objects of the chain as on their way. Writes delivery.registration.
INSERT INTO delivery.registration (target, kind, project_code, local_key, state, digest)
SELECT
    :target,
    :kind,
    told.project_code,
    told.local_key,
    'in_batch',
    told.digest
FROM unnest(cast(:project_codes AS text[]), cast(:local_keys AS text[]), cast(:digests AS bytea[])) AS told (project_code, local_key, digest)
ON CONFLICT (target, kind, project_code, local_key) DO UPDATE
    SET state = 'in_batch', digest = excluded.digest, reason = NULL;
