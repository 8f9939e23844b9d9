-- Up to :wanted batches of a shard of :kind in :state, in order of age, from behind (:after_sent_at, :after_batch_id) on;
-- both NULL: from the oldest on.
SELECT
    batch_id,
    project_code,
    group_key,
    row_count,
    state,
    serial_code,
    sent_at
FROM delivery.batch
WHERE
    work_date = :work_date AND target = :target AND kind = :kind AND state = :state
    AND delivery.in_shard(delivery.slot_of(project_code), :shard, :shards)
    AND delivery.is_chosen(project_code, cast(:projects AS text[]))
    AND (cast(:sent_before AS timestamptz) IS NULL OR sent_at <= cast(:sent_before AS timestamptz))
    AND (
        cast(:after_batch_id AS bigint) IS NULL
        OR (sent_at, batch_id) > (cast(:after_sent_at AS timestamptz), cast(:after_batch_id AS bigint))
    )
ORDER BY sent_at, batch_id
LIMIT :wanted;
