-- Keep back from :target each punch of :work_date that may not or cannot go up yet, with the first reason that applies.
-- Reads core, quality, delivery.registration; writes delivery.hold of that date and target. Punches in a batch are left alone by the planner.
WITH stop AS (
    SELECT
        object,
        object_key,
        min(rule_id) AS rule_id
    FROM quality.finding
    WHERE work_date = :work_date AND severity = 'stop'
    GROUP BY object, object_key
),

entered AS (
    SELECT DISTINCT
        movement.project_code,
        movement.person_id
    FROM core.entry_exit AS movement
    INNER JOIN delivery.registration AS sent
        ON
            sent.target = :target AND sent.kind = 'movement' AND sent.state = 'acknowledged'
            AND sent.project_code = movement.project_code AND sent.local_key = movement.entry_exit_id
    WHERE movement.kind = '1'
),

judged AS (
    SELECT
        punch.project_code,
        punch.punch_id,
        CASE
            WHEN punch.withdrawn_at IS NOT NULL THEN 'WITHDRAWN'
            WHEN punch_stop.rule_id IS NOT NULL THEN punch_stop.rule_id
            WHEN project_stop.rule_id IS NOT NULL THEN project_stop.rule_id
            WHEN person_stop.rule_id IS NOT NULL THEN person_stop.rule_id
            WHEN worker_stop.rule_id IS NOT NULL THEN worker_stop.rule_id
            WHEN team_stop.rule_id IS NOT NULL THEN team_stop.rule_id
            WHEN device_stop.rule_id IS NOT NULL THEN device_stop.rule_id
            WHEN open_one.project_code IS NULL THEN 'NO_CREDENTIALS'
            WHEN registered.state = 'refused' THEN 'WORKER_REFUSED'
            WHEN coalesce(registered.state, '') <> 'acknowledged' THEN 'WORKER_NOT_REGISTERED'
            WHEN entered.person_id IS NULL THEN 'ENTRY_NOT_SENT'
            WHEN cast(:target AS text) = 'nation' AND team.platform_key IS NULL THEN 'TEAM_NOT_REGISTERED'
            WHEN cast(:target AS text) = 'province' AND coalesce(device.state, '') <> 'acknowledged' THEN 'DEVICE_NOT_REGISTERED'
        END AS rule_id,
        coalesce(registered.reason, '') AS platform_reason
    FROM core.punch AS punch
    LEFT JOIN core.project_worker AS worker ON worker.project_code = punch.project_code AND worker.person_id = punch.person_id
    LEFT JOIN stop AS punch_stop ON punch_stop.object = 'punch' AND punch_stop.object_key = punch.punch_id
    LEFT JOIN stop AS project_stop ON project_stop.object = 'project' AND project_stop.object_key = punch.project_code
    LEFT JOIN stop AS person_stop ON person_stop.object = 'person' AND person_stop.object_key = punch.person_id
    LEFT JOIN stop AS worker_stop
        ON worker_stop.object = 'project_worker' AND worker_stop.object_key = concat_ws('|', punch.project_code, punch.person_id)
    LEFT JOIN stop AS team_stop ON team_stop.object = 'team' AND team_stop.object_key = worker.team_id
    LEFT JOIN stop AS device_stop ON device_stop.object = 'device' AND device_stop.object_key = punch.device_sn
    LEFT JOIN delivery.open_project AS open_one ON open_one.target = :target AND open_one.project_code = punch.project_code
    LEFT JOIN delivery.registration AS registered
        ON
            registered.target = :target AND registered.kind = 'worker'
            AND registered.project_code = punch.project_code AND registered.local_key = punch.person_id
    LEFT JOIN entered ON entered.project_code = punch.project_code AND entered.person_id = punch.person_id
    LEFT JOIN delivery.registration AS team
        ON
            team.target = :target AND team.kind = 'team' AND team.state = 'acknowledged' AND team.project_code = punch.project_code
            AND team.local_key = coalesce(worker.team_id, concat('management|', worker.corp_code))
    LEFT JOIN delivery.registration AS device
        ON
            device.target = :target AND device.kind = 'device'
            AND device.project_code = punch.project_code AND device.local_key = punch.device_sn
    WHERE punch.work_date = :work_date
)

INSERT INTO delivery.hold (work_date, project_code, target, punch_id, rule_id, reason)
SELECT
    :work_date,
    project_code,
    :target,
    punch_id,
    rule_id,
    CASE rule_id
        WHEN 'WITHDRAWN' THEN 'the municipal platform no longer has the row'
        WHEN 'NO_CREDENTIALS' THEN 'no credentials of the project were loaded: realname credentials import'
        WHEN 'WORKER_REFUSED' THEN concat('the platform refused the worker: ', platform_reason)
        WHEN 'WORKER_NOT_REGISTERED' THEN 'the platform does not have the worker yet'
        WHEN 'ENTRY_NOT_SENT' THEN 'the platform does not have the entry of the worker yet'
        WHEN 'TEAM_NOT_REGISTERED' THEN 'the platform does not have the team yet'
        WHEN 'DEVICE_NOT_REGISTERED' THEN 'the platform does not have the device yet'
        ELSE concat('finding of rule ', rule_id)
    END
FROM judged
WHERE rule_id IS NOT NULL;
