-- Those of these projects that a shard holds.
SELECT told.project_code
FROM unnest(cast(:project_codes AS text[])) AS told (project_code)
WHERE delivery.in_shard(delivery.slot_of(told.project_code), :shard, :shards)
ORDER BY told.project_code;
