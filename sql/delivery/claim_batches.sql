-- Claim up to :wanted planned batches of a shard for one sender, oldest first; another sender takes others.
-- Writes delivery.batch; yields the claimed.
UPDATE delivery.batch
SET state = 'sending', sender = :sender, lease_until = :lease_until, attempts = attempts + 1
FROM (
    SELECT
        batch.work_date AS picked_date,
        batch.batch_id AS picked
    FROM delivery.batch AS batch
    WHERE
        batch.work_date = :work_date AND batch.target = :target AND batch.kind = :kind AND batch.state = 'planned'
        AND delivery.in_shard(delivery.slot_of(batch.project_code), :shard, :shards)
        AND delivery.is_chosen(batch.project_code, cast(:projects AS text[]))
    ORDER BY batch.batch_id
    LIMIT :wanted
    FOR UPDATE SKIP LOCKED
) AS free
WHERE batch.work_date = :work_date AND batch.batch_id = free.picked
RETURNING batch.batch_id, batch.project_code, batch.group_key, batch.row_count, batch.data_sha256, batch.lease_until;
