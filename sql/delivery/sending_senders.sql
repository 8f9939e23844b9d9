-- Who holds claims of a shard of :work_date at :target, and how many batches.
SELECT
    sender,
    count(*) AS batches,
    max(lease_until) AS lease_until
FROM delivery.batch
WHERE
    work_date = :work_date AND target = :target AND kind = :kind AND state = 'sending'
    AND delivery.in_shard(delivery.slot_of(project_code), :shard, :shards)
    AND delivery.is_chosen(project_code, cast(:projects AS text[]))
GROUP BY sender;
