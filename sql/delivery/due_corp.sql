-- Companies of open projects that :target does not have yet, each under one project whose credentials carry the call.
WITH taking_part AS (
    SELECT
        participant.corp_code,
        min(participant.project_code) AS project_code
    FROM core.participant AS participant
    INNER JOIN delivery.open_project AS open_one
        ON
            open_one.target = :target AND open_one.project_code = participant.project_code
            AND delivery.in_shard(open_one.slot, :shard, :shards)
            AND delivery.is_chosen(open_one.project_code, cast(:projects AS text[]))
    GROUP BY participant.corp_code
)

SELECT
    taking_part.project_code,
    corp.corp_code AS local_key,
    known.digest AS refused_digest,
    corp.corp_code AS "corpCode",
    corp.corp_name AS "corpName",
    corp.corp_type AS "corpType",
    corp.area_code AS "areaCode",
    corp.address,
    corp.legal_man AS "legalMan",
    corp.register_date AS "registerDate"
FROM taking_part
INNER JOIN core.corp AS corp ON corp.corp_code = taking_part.corp_code
LEFT JOIN delivery.registration AS known
    ON known.target = :target AND known.kind = 'corp' AND known.local_key = corp.corp_code
WHERE
    (known.state IS NULL OR known.state = 'refused')
    AND NOT EXISTS (
        SELECT 1 FROM quality.finding AS stop
        WHERE stop.work_date = :work_date AND stop.severity = 'stop' AND stop.object = 'corp' AND stop.object_key = corp.corp_code
    );
