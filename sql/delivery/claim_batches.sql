-- Claim up to :wanted planned batches of a shard for one sender, oldest first, from behind :after_batch_id on; another sender takes others.
-- Writes delivery.batch; yields the claimed, oldest first.
WITH free AS (
    SELECT
        batch.project_code,
        batch.batch_id
    FROM delivery.batch AS batch
    WHERE
        batch.work_date = :work_date AND batch.target = :target AND batch.kind = :kind AND batch.state = 'planned'
        AND batch.batch_id > :after_batch_id
        AND delivery.in_shard(delivery.slot_of(batch.project_code), :shard, :shards)
        AND delivery.is_chosen(batch.project_code, cast(:projects AS text[]))
    ORDER BY batch.batch_id
    LIMIT :wanted
    FOR UPDATE SKIP LOCKED
),

claimed AS (
    UPDATE delivery.batch
    SET state = 'sending', sender = :sender, lease_until = :lease_until, attempts = attempts + 1
    FROM free
    WHERE batch.work_date = :work_date AND batch.project_code = free.project_code AND batch.batch_id = free.batch_id
    RETURNING batch.batch_id, batch.project_code, batch.group_key, batch.row_count, batch.data_sha256, batch.lease_until
)

SELECT
    batch_id,
    project_code,
    group_key,
    row_count,
    data_sha256,
    lease_until
FROM claimed
ORDER BY batch_id;
