-- A batch whose sender did not come back in time may have reached the platform or not: its outcome is unknown. Writes delivery.batch.
-- No call is signed after its lease, and :unsafe_for after that the platform refuses its time stamp, so nobody can send it any more.
UPDATE delivery.batch
SET state = 'unknown', reason = 'the sender did not come back', lease_until = NULL, sent_at = cast(:now AS timestamptz)
WHERE
    work_date = :work_date AND target = :target AND state = 'sending'
    AND lease_until + cast(:unsafe_for AS interval) <= cast(:now AS timestamptz)
    AND delivery.in_shard(delivery.slot_of(project_code), :shard, :shards)
    AND delivery.is_chosen(project_code, cast(:projects AS text[]))
RETURNING batch_id;
