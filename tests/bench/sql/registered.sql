-- A platform knows everything that punches rest on. Runs in the warehouse.
INSERT INTO delivery.registration (target, kind, project_code, local_key, state, platform_key, digest)
SELECT %(target)s, known.kind, known.project_code, known.local_key, 'acknowledged', known.platform_key, ''
FROM (
    SELECT 'corp' AS kind, project_code, corp_code AS local_key, NULL AS platform_key FROM core.municipal_participant
    UNION ALL
    SELECT 'participant', project_code, corp_code, NULL FROM core.municipal_participant
    UNION ALL
    SELECT 'device', project_code, device_sn, NULL FROM core.device
    UNION ALL
    SELECT 'team', project_code, team_id, cast(1000000000 + row_number() OVER (ORDER BY team_id) AS text) FROM core.team
    UNION ALL
    SELECT 'worker', project_code, person_id, NULL FROM core.project_worker
    UNION ALL
    SELECT 'movement', project_code, entry_exit_id, NULL FROM core.entry_exit
) AS known
ON CONFLICT DO NOTHING
