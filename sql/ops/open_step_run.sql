-- Record that a step has begun. Writes ops.step_run; yields run_id.
INSERT INTO ops.step_run (step, work_date, target, shard, shards, started_at)
VALUES (:step, :work_date, :target, :shard, :shards, :started_at)
RETURNING run_id;
