-- Mark objects of the chain as on their way; yields those that no other sender has taken or told meanwhile. Writes delivery.registration.
INSERT INTO delivery.registration (target, kind, project_code, local_key, state, digest)
SELECT
    :target,
    :kind,
    told.project_code,
    told.local_key,
    'in_batch',
    told.digest
FROM unnest(cast(:project_codes AS text[]), cast(:local_keys AS text[]), cast(:digests AS bytea[])) AS told (project_code, local_key, digest)
ORDER BY told.project_code ASC, told.local_key ASC
ON CONFLICT (target, kind, project_code, local_key) DO UPDATE
    SET state = 'in_batch', digest = excluded.digest, reason = NULL
    WHERE registration.state = 'refused' AND registration.digest IS DISTINCT FROM excluded.digest
RETURNING project_code, local_key;
