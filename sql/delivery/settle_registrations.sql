-- Record what became of objects of the chain; `released` forgets them, so that they are due again. Writes delivery.registration.
-- Two senders may have told the same object at once: that it is there counts then.
MERGE INTO delivery.registration AS known
USING (
    SELECT DISTINCT ON (told.project_code, told.local_key)
        cast(:target AS text) AS target,
        cast(:kind AS text) AS kind,
        told.project_code,
        told.local_key,
        told.outcome,
        told.platform_key,
        told.reason
    FROM
        unnest(
            cast(:project_codes AS text[]), cast(:local_keys AS text[]), cast(:outcomes AS text[]),
            cast(:platform_keys AS text[]), cast(:reasons AS text[])
        ) AS told (project_code, local_key, outcome, platform_key, reason)
    ORDER BY told.project_code ASC, told.local_key ASC, told.outcome = 'acknowledged' DESC, told.platform_key ASC
) AS told
    ON
        known.target = told.target AND known.kind = told.kind
        AND known.project_code = told.project_code AND known.local_key = told.local_key
WHEN MATCHED AND told.outcome = 'released' THEN DELETE
WHEN MATCHED THEN UPDATE
    SET state = told.outcome, platform_key = told.platform_key, reason = told.reason, settled_at = :told_at;
