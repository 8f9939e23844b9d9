-- The next movement of each registered worker that :target does not have: in the order they happened, never two of one person at once.
-- A last exit waits until the day's punches are through (:with_last_exits).
WITH movement AS (
    SELECT
        moved.entry_exit_id,
        moved.project_code,
        moved.person_id,
        moved.kind,
        moved.moved_on,
        moved.reason,
        known.state,
        known.digest,
        lead(moved.kind) OVER in_order AS next_kind,
        count(*) FILTER (WHERE known.state IS DISTINCT FROM 'acknowledged') OVER in_order_so_far AS not_there_so_far
    FROM core.entry_exit AS moved
    INNER JOIN delivery.open_project AS open_one
        ON
            open_one.target = :target AND open_one.project_code = moved.project_code
            AND delivery.in_shard(open_one.slot, :shard, :shards)
            AND delivery.is_chosen(open_one.project_code, cast(:projects AS text[]))
    LEFT JOIN delivery.registration AS known
        ON
            known.target = :target AND known.kind = 'movement'
            AND known.project_code = moved.project_code AND known.local_key = moved.entry_exit_id
    WHERE
        moved.moved_on <= :work_date
        AND NOT EXISTS (
            SELECT 1 FROM quality.finding AS stop
            WHERE
                stop.work_date = :work_date AND stop.severity = 'stop' AND stop.object = 'entry_exit'
                AND stop.object_key = moved.entry_exit_id
        )
    WINDOW
        in_order AS (PARTITION BY moved.project_code, moved.person_id ORDER BY moved.moved_on ASC, moved.kind DESC, moved.entry_exit_id ASC),
        in_order_so_far AS (
            PARTITION BY moved.project_code, moved.person_id ORDER BY moved.moved_on ASC, moved.kind DESC, moved.entry_exit_id ASC
            ROWS UNBOUNDED PRECEDING
        )
)

SELECT
    movement.project_code,
    movement.entry_exit_id AS local_key,
    movement.digest AS refused_digest,
    movement.project_code AS "projectCode",
    worker.corp_code AS "corpCode",
    corp.corp_name AS "corpName",
    cast(team.platform_key AS bigint) AS "teamSysNo",
    person.id_card_type AS "idCardType",
    person.id_cipher AS "idCardNumber",
    movement.moved_on AS date,
    core.as_integer(movement.kind) AS type,
    movement.reason
FROM movement
INNER JOIN delivery.registration AS registered
    ON
        registered.target = :target AND registered.kind = 'worker' AND registered.state = 'acknowledged'
        AND registered.project_code = movement.project_code AND registered.local_key = movement.person_id
INNER JOIN core.project_worker AS worker ON worker.project_code = movement.project_code AND worker.person_id = movement.person_id
INNER JOIN core.person AS person ON person.person_id = movement.person_id
INNER JOIN core.corp AS corp ON corp.corp_code = worker.corp_code
LEFT JOIN delivery.registration AS team
    ON
        team.target = :target AND team.kind = 'team' AND team.state = 'acknowledged' AND team.project_code = worker.project_code
        AND team.local_key = coalesce(worker.team_id, concat('management|', worker.corp_code))
WHERE
    (movement.state IS NULL OR movement.state = 'refused')
    AND movement.not_there_so_far = 1
    AND (movement.kind = '1' OR movement.next_kind = '1' OR cast(:with_last_exits AS boolean));
