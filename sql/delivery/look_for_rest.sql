-- Whether there is nothing to tell and nothing to send at :target for :work_date and a shard: so it was found by the same :basis less than a day ago,
-- no read has come since and none waits to be checked or planned, nothing is under way, and no transaction that was not seen then has changed
-- what decides it. Yields how the punches stand then, NULL where there may be something to do; and the snapshot of now: what is found from here
-- on may be remembered as of it.
-- Reads delivery.rest, noted_change, batch, sweep, core.work_day, quality.checked_read.
WITH come AS (
    SELECT
        (
            SELECT change_no FROM core.work_day
            WHERE work_date = :work_date
        ) AS read_no,
        (
            SELECT change_no FROM quality.checked_read
            WHERE work_date = :work_date
        ) AS checked_no,
        (
            SELECT CASE WHEN min(upto_change_no) = max(upto_change_no) THEN min(upto_change_no) END FROM delivery.sweep
            WHERE work_date = :work_date AND target = :target AND delivery.in_shard(slot, :shard, :shards)
        ) AS planned_no
)

SELECT
    cast(pg_current_snapshot() AS text) AS snapshot,
    cluster.system_identifier AS cluster_id,
    now() AS seen_at,
    coalesce(come.read_no, 0) AS change_no,
    (
        SELECT rest.states FROM delivery.rest AS rest
        WHERE
            rest.work_date = :work_date AND rest.target = :target AND rest.shard = :shard AND rest.shards = :shards
            AND rest.basis = :basis AND rest.cluster_id = cluster.system_identifier AND rest.seen_at > now() - interval '1 day'
            AND rest.change_no = come.read_no AND come.read_no = come.checked_no AND come.read_no = come.planned_no
            AND delivery.has_seen_all_changes(rest.snapshot)
            AND NOT EXISTS (
                SELECT 1 FROM delivery.batch AS batch
                WHERE
                    batch.work_date = :work_date AND batch.target = :target
                    AND batch.state IN ('planned', 'sending', 'sent', 'unknown')
            )
    ) AS states
FROM come
CROSS JOIN pg_control_system() AS cluster;
