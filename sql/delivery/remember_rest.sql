-- Remember that as of :snapshot and up to read :change_no there was nothing to tell and nothing to send at :target for :work_date and a shard, and
-- how the punches stood. Writes delivery.rest.
INSERT INTO delivery.rest (work_date, target, shard, shards, basis, change_no, states, cluster_id, snapshot, seen_at)
VALUES (:work_date, :target, :shard, :shards, :basis, :change_no, cast(:states AS jsonb), :cluster_id, cast(:snapshot AS pg_snapshot), :seen_at)
ON CONFLICT (work_date, target, shard, shards) DO UPDATE
    SET
        basis = excluded.basis,
        change_no = excluded.change_no,
        states = excluded.states,
        cluster_id = excluded.cluster_id,
        snapshot = excluded.snapshot,
        seen_at = excluded.seen_at;
