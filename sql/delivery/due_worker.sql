-- Workers :target does not have yet, in their team as the platform numbers it. Shared persons go up under their shared name and phone.
-- Ciphertext columns are revealed on the way out; person_id says whose photograph is to be fetched. Who is there already is left out first: all
-- else is looked up for those that are not. Companies are named before that, because the planner takes the workers of known teams for a
-- single one, and would look through all companies for each.
WITH corp AS MATERIALIZED (
    SELECT
        corp_code,
        corp_name
    FROM core.corp
),

missing AS MATERIALIZED (
    SELECT
        worker.project_code,
        worker.person_id,
        worker.corp_code,
        corp.corp_name,
        worker.team_id,
        worker.is_team_leader,
        worker.work_type,
        worker.work_role,
        worker.bank_card_cipher,
        worker.bank_code,
        worker.identity_type,
        worker.contract_kind,
        worker.safety_trained_at
    FROM core.project_worker AS worker
    INNER JOIN delivery.open_project AS open_one
        ON
            open_one.target = :target AND open_one.project_code = worker.project_code
            AND delivery.in_shard(open_one.slot, :shard, :shards)
            AND delivery.is_chosen(open_one.project_code, cast(:projects AS text[]))
    INNER JOIN corp ON corp.corp_code = worker.corp_code
    WHERE NOT EXISTS (
        SELECT 1 FROM delivery.registration AS known
        WHERE
            known.target = :target AND known.kind = 'worker' AND known.state <> 'refused'
            AND known.project_code = worker.project_code AND known.local_key = worker.person_id
    )
)

SELECT
    worker.project_code,
    worker.person_id AS local_key,
    refused.digest AS refused_digest,
    worker.person_id AS image_of,
    worker.project_code AS "projectCode",
    worker.corp_code AS "corpCode",
    worker.corp_name AS "corpName",
    cast(team.platform_key AS bigint) AS "teamSysNo",
    coalesce(site_team.team_name, CASE WHEN team.platform_key IS NOT NULL THEN left(concat('管理人员（', worker.corp_name, '）'), 100) END) AS "teamName",
    coalesce(shared.name, person.name) AS "workerName",
    cast(coalesce(worker.is_team_leader, FALSE) AS integer) AS "isTeamLeader",
    person.id_card_type AS "idCardType",
    person.id_cipher AS "idCardNumber",
    worker.work_type AS "workType",
    core.as_integer(worker.work_role) AS "workRole",
    worker.bank_card_cipher AS "payRollBankCardNumber",
    worker.bank_code AS "payRollTopBankCode",
    person.nation,
    person.address,
    person.politics AS "politicsType",
    coalesce(shared.phone_cipher, person.phone_cipher) AS "cellPhone",
    person.education AS "cultureLevelType",
    person.grant_org AS "grantOrg",
    core.as_integer(worker.identity_type) AS "identityType",
    core.as_integer(worker.contract_kind) AS "contractKind",
    worker.safety_trained_at AS "safetyTrainedAt"
FROM missing AS worker
INNER JOIN core.person AS person ON person.person_id = worker.person_id
LEFT JOIN core.team AS site_team ON site_team.team_id = worker.team_id
LEFT JOIN LATERAL (
    SELECT
        current_person.name,
        current_person.phone_cipher
    FROM core.current_person AS current_person
    WHERE current_person.id_hash = person.id_hash
    ORDER BY current_person.source_id
    LIMIT 1
) AS shared ON TRUE
LEFT JOIN delivery.registration AS team
    ON
        team.target = :target AND team.kind = 'team' AND team.state = 'acknowledged' AND team.project_code = worker.project_code
        AND team.local_key = coalesce(worker.team_id, concat('management|', worker.corp_code))
LEFT JOIN delivery.registration AS participant
    ON
        participant.target = :target AND participant.kind = 'participant'
        AND participant.project_code = worker.project_code AND participant.local_key = worker.corp_code
LEFT JOIN delivery.registration AS refused
    ON
        refused.target = :target AND refused.kind = 'worker' AND refused.state = 'refused'
        AND refused.project_code = worker.project_code AND refused.local_key = worker.person_id
WHERE
    -- Told before its company is a participant there, a worker would be refused for good.
    (
        team.state = 'acknowledged'
        OR (
            cast(:target AS text) = 'province' AND worker.team_id IS NULL
            AND (
                participant.state = 'acknowledged'
                OR EXISTS (
                    SELECT 1 FROM core.current_participant AS shared_participant
                    WHERE shared_participant.project_code = worker.project_code AND shared_participant.corp_code = worker.corp_code
                )
            )
        )
    )
    AND NOT EXISTS (
        SELECT 1 FROM quality.finding AS stop
        WHERE
            stop.work_date = :work_date AND stop.severity = 'stop'
            AND (
                (stop.object = 'project' AND stop.object_key = worker.project_code)
                OR (stop.object = 'person' AND stop.object_key = worker.person_id)
                OR (stop.object = 'project_worker' AND stop.object_key = concat_ws('|', worker.project_code, worker.person_id))
            )
    );
