-- Teams :target does not have yet. The nation knows no worker without a team, so there management staff get one a company.
-- Companies are named before anything else is joined: the planner takes the teams of participants for a single one, and would look through all
-- companies for each.
WITH corp AS MATERIALIZED (
    SELECT
        corp_code,
        corp_name
    FROM core.corp
),

team AS MATERIALIZED (
    SELECT
        team.team_id AS local_key,
        team.project_code,
        team.corp_code,
        corp.corp_name,
        team.team_name
    FROM core.team AS team
    INNER JOIN corp ON corp.corp_code = team.corp_code
    UNION ALL
    SELECT DISTINCT
        concat('management|', worker.corp_code),
        worker.project_code,
        worker.corp_code,
        corp.corp_name,
        left(concat('管理人员（', corp.corp_name, '）'), 100)
    FROM core.project_worker AS worker
    INNER JOIN corp ON corp.corp_code = worker.corp_code
    WHERE worker.team_id IS NULL AND cast(:target AS text) = 'nation'
)

SELECT
    team.project_code,
    team.local_key,
    known.digest AS refused_digest,
    team.project_code AS "projectCode",
    team.corp_code AS "corpCode",
    team.corp_name AS "corpName",
    team.team_name AS "teamName",
    team.local_key AS "localTeamId"
FROM team
INNER JOIN delivery.open_project AS open_one
    ON
        open_one.target = :target AND open_one.project_code = team.project_code
        AND delivery.in_shard(open_one.slot, :shard, :shards)
        AND delivery.is_chosen(open_one.project_code, cast(:projects AS text[]))
LEFT JOIN delivery.registration AS participant
    ON
        participant.target = :target AND participant.kind = 'participant'
        AND participant.project_code = team.project_code AND participant.local_key = team.corp_code
LEFT JOIN delivery.registration AS known
    ON known.target = :target AND known.kind = 'team' AND known.project_code = team.project_code AND known.local_key = team.local_key
WHERE
    (known.state IS NULL OR known.state = 'refused')
    AND (
        participant.state = 'acknowledged'
        OR (
            cast(:target AS text) = 'province'
            AND EXISTS (
                SELECT 1 FROM core.current_participant AS shared
                WHERE shared.project_code = team.project_code AND shared.corp_code = team.corp_code
            )
        )
    )
    AND NOT EXISTS (
        SELECT 1 FROM quality.finding AS stop
        WHERE
            stop.work_date = :work_date AND stop.severity = 'stop'
            AND (
                (stop.object = 'project' AND stop.object_key = team.project_code)
                OR (stop.object = 'team' AND stop.object_key = team.local_key)
            )
    );
