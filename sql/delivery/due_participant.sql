-- Participants :target does not have yet: for the nation all, for the province those the integrity platform does not have.
SELECT DISTINCT ON (participant.project_code, participant.corp_code)
    participant.project_code,
    participant.corp_code AS local_key,
    known.digest AS refused_digest,
    participant.project_code AS "projectCode",
    participant.corp_code AS "corpCode",
    corp.corp_name AS "corpName",
    participant.corp_type AS "corpType",
    participant.entry_time AS "entryTime",
    participant.exit_time AS "exitTime"
FROM core.participant AS participant
INNER JOIN delivery.open_project AS open_one
    ON
        open_one.target = :target AND open_one.project_code = participant.project_code
        AND delivery.in_shard(open_one.slot, :shard, :shards)
        AND delivery.is_chosen(open_one.project_code, cast(:projects AS text[]))
INNER JOIN core.corp AS corp ON corp.corp_code = participant.corp_code
LEFT JOIN delivery.registration AS company
    ON company.target = :target AND company.kind = 'corp' AND company.local_key = participant.corp_code
LEFT JOIN delivery.registration AS known
    ON
        known.target = :target AND known.kind = 'participant'
        AND known.project_code = participant.project_code AND known.local_key = participant.corp_code
WHERE
    (known.state IS NULL OR known.state = 'refused')
    AND CASE
        WHEN cast(:target AS text) = 'nation' THEN company.state = 'acknowledged'
        ELSE NOT EXISTS (
            SELECT 1 FROM core.current_participant AS shared
            WHERE shared.project_code = participant.project_code AND shared.corp_code = participant.corp_code
        )
    END
    AND NOT EXISTS (
        SELECT 1 FROM quality.finding AS stop
        WHERE
            stop.work_date = :work_date AND stop.severity = 'stop'
            AND (
                (stop.object = 'project' AND stop.object_key = participant.project_code)
                OR (
                    stop.object = 'participant'
                    AND stop.object_key = concat_ws('|', participant.project_code, participant.corp_code, participant.corp_type)
                )
            )
    )
ORDER BY participant.project_code, participant.corp_code, participant.corp_type;
