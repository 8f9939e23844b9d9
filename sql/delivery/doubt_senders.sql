-- The batches of senders that are known to have ended: whether the platform was reached is unknown. Writes delivery.batch.
UPDATE delivery.batch
SET state = 'unknown', reason = 'the sender ended before it told', lease_until = NULL, sent_at = :now
WHERE
    work_date = :work_date AND target = :target AND state = 'sending' AND sender = any(cast(:senders AS text[]))
    AND delivery.in_shard(delivery.slot_of(project_code), :shard, :shards)
    AND delivery.is_chosen(project_code, cast(:projects AS text[]))
RETURNING batch_id;
