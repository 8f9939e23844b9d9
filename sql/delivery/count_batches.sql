-- How many batches of a shard of :kind are in :state. Reads delivery.batch.
SELECT count(*) AS batches
FROM delivery.batch
WHERE
    work_date = :work_date AND target = :target AND kind = :kind AND state = :state
    AND delivery.in_shard(delivery.slot_of(project_code), :shard, :shards)
    AND delivery.is_chosen(project_code, cast(:projects AS text[]));
