-- Stage what is plannable for :target, each with the first reason that keeps it back, if one does, and its group. What stands for or against a
-- worker is looked up once, however many punches the worker made.
-- Reads plannable, core, quality, delivery; writes the temporary table candidate.
CREATE TEMPORARY TABLE candidate ON COMMIT DROP AS
WITH stop AS (
    SELECT
        object,
        object_key,
        min(rule_id) AS rule_id
    FROM quality.finding
    WHERE work_date = cast(:work_date AS date) AND severity = 'stop'
    GROUP BY object, object_key
),

who AS MATERIALIZED (
    SELECT DISTINCT
        project_code,
        person_id
    FROM plannable
),

standing AS MATERIALIZED (
    SELECT
        who.project_code,
        who.person_id,
        worker.person_id IS NOT NULL AS is_on_roster,
        coalesce(person_stop.rule_id, worker_stop.rule_id, team_stop.rule_id) AS stop_rule_id,
        registered.state,
        registered.reason,
        exists(
            SELECT 1 FROM core.entry_exit AS movement
            INNER JOIN delivery.registration AS sent
                ON
                    sent.target = cast(:target AS text) AND sent.kind = 'movement' AND sent.state = 'acknowledged'
                    AND sent.project_code = movement.project_code AND sent.local_key = movement.entry_exit_id
            WHERE movement.kind = '1' AND movement.project_code = who.project_code AND movement.person_id = who.person_id
        ) AS has_entered,
        team.platform_key
    FROM who
    LEFT JOIN core.project_worker AS worker ON worker.project_code = who.project_code AND worker.person_id = who.person_id
    LEFT JOIN stop AS person_stop ON person_stop.object = 'person' AND person_stop.object_key = who.person_id
    LEFT JOIN stop AS worker_stop
        ON worker_stop.object = 'project_worker' AND worker_stop.object_key = concat_ws('|', who.project_code, who.person_id)
    LEFT JOIN stop AS team_stop ON team_stop.object = 'team' AND team_stop.object_key = worker.team_id
    LEFT JOIN delivery.registration AS registered
        ON
            registered.target = cast(:target AS text) AND registered.kind = 'worker'
            AND registered.project_code = who.project_code AND registered.local_key = who.person_id
    LEFT JOIN delivery.registration AS team
        ON
            team.target = cast(:target AS text) AND team.kind = 'team' AND team.state = 'acknowledged'
            AND team.project_code = who.project_code
            AND team.local_key = coalesce(worker.team_id, concat('management|', worker.corp_code))
),

judged AS (
    SELECT
        key.project_code,
        key.punch_id,
        key.is_known,
        key.punched_at,
        CASE WHEN cast(:by_team AS boolean) THEN coalesce(standing.platform_key, '') ELSE '' END AS group_key,
        CASE
            WHEN key.withdrawn_at IS NOT NULL THEN 'WITHDRAWN'
            WHEN punch_stop.rule_id IS NOT NULL THEN punch_stop.rule_id
            WHEN project_stop.rule_id IS NOT NULL THEN project_stop.rule_id
            WHEN standing.stop_rule_id IS NOT NULL THEN standing.stop_rule_id
            WHEN device_stop.rule_id IS NOT NULL THEN device_stop.rule_id
            WHEN open_one.project_code IS NULL THEN 'NO_CREDENTIALS'
            WHEN standing.state = 'refused' THEN 'WORKER_REFUSED'
            WHEN NOT standing.is_on_roster OR coalesce(standing.state, '') <> 'acknowledged' THEN 'WORKER_NOT_REGISTERED'
            WHEN NOT standing.has_entered THEN 'ENTRY_NOT_SENT'
            WHEN cast(:target AS text) = 'nation' AND standing.platform_key IS NULL THEN 'TEAM_NOT_REGISTERED'
            WHEN cast(:target AS text) = 'province' AND coalesce(device.state, '') <> 'acknowledged' THEN 'DEVICE_NOT_REGISTERED'
        END AS rule_id,
        coalesce(standing.reason, '') AS platform_reason
    FROM plannable AS key
    LEFT JOIN standing ON standing.project_code = key.project_code AND standing.person_id = key.person_id
    LEFT JOIN stop AS punch_stop ON punch_stop.object = 'punch' AND punch_stop.object_key = key.punch_id
    LEFT JOIN stop AS project_stop ON project_stop.object = 'project' AND project_stop.object_key = key.project_code
    LEFT JOIN stop AS device_stop ON device_stop.object = 'device' AND device_stop.object_key = key.device_sn
    LEFT JOIN delivery.open_project AS open_one
        ON open_one.target = cast(:target AS text) AND open_one.project_code = key.project_code
    LEFT JOIN delivery.registration AS device
        ON
            device.target = cast(:target AS text) AND device.kind = 'device'
            AND device.project_code = key.project_code AND device.local_key = key.device_sn
)

SELECT
    project_code,
    punch_id,
    is_known,
    punched_at,
    group_key,
    rule_id,
    CASE rule_id
        WHEN 'WITHDRAWN' THEN 'the municipal platform no longer has the row'
        WHEN 'NO_CREDENTIALS' THEN 'no credentials of the project were loaded: realname credentials import'
        WHEN 'WORKER_REFUSED' THEN concat('the platform refused the worker: ', platform_reason)
        WHEN 'WORKER_NOT_REGISTERED' THEN 'the platform does not have the worker yet'
        WHEN 'ENTRY_NOT_SENT' THEN 'the platform does not have the entry of the worker yet'
        WHEN 'TEAM_NOT_REGISTERED' THEN 'the platform does not have the team yet'
        WHEN 'DEVICE_NOT_REGISTERED' THEN 'the platform does not have the device yet'
        ELSE 'finding of rule ' || rule_id
    END AS reason
FROM judged;
