-- Who the workers :person_ids of :project_codes are, pair by pair: as a person, in which team by the number :target issued for it, on which key
-- post on :work_date. Once a worker, however many punches are sent. Reads core.person, project_worker, key_post_filled; delivery.registration.
SELECT
    asked.project_code,
    asked.person_id,
    person.id_card_type,
    person.id_cipher,
    cast(team.platform_key AS bigint) AS team_sys_no,
    post.post_code
FROM unnest(cast(:project_codes AS text[]), cast(:person_ids AS text[])) AS asked (project_code, person_id)
LEFT JOIN core.person AS person ON person.person_id = asked.person_id
LEFT JOIN core.project_worker AS worker ON worker.project_code = asked.project_code AND worker.person_id = asked.person_id
LEFT JOIN delivery.registration AS team
    ON
        team.target = :target AND team.kind = 'team' AND team.project_code = asked.project_code
        AND team.local_key = coalesce(worker.team_id, concat('management|', worker.corp_code))
LEFT JOIN LATERAL (
    SELECT min(filled.post_code) AS post_code
    FROM core.key_post_filled AS filled
    WHERE
        filled.project_code = asked.project_code AND filled.person_id = asked.person_id
        AND filled.start_date <= :work_date AND (filled.end_date IS NULL OR filled.end_date >= :work_date)
) AS post ON TRUE;
