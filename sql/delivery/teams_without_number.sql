-- Teams :target has whose number is not known here: it was there already, or the result did not tell.
SELECT
    known.project_code,
    known.local_key,
    coalesce(team.corp_code, split_part(known.local_key, '|', 2)) AS corp_code,
    coalesce(team.team_name, left(concat('管理人员（', corp.corp_name, '）'), 100)) AS team_name
FROM delivery.registration AS known
LEFT JOIN core.team AS team ON team.team_id = known.local_key
LEFT JOIN core.corp AS corp ON corp.corp_code = split_part(known.local_key, '|', 2)
WHERE
    known.target = :target AND known.kind = 'team' AND known.state = 'acknowledged' AND known.platform_key IS NULL
    AND delivery.in_shard(delivery.slot_of(known.project_code), :shard, :shards)
    AND delivery.is_chosen(known.project_code, cast(:projects AS text[]));
