-- Record how far planning has come in the slots of a shard. Writes delivery.sweep.
UPDATE delivery.sweep
SET upto_change_no = :change_no
WHERE work_date = :work_date AND target = :target AND delivery.in_shard(slot, :shard, :shards);
