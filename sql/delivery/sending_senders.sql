-- Who holds claims of :work_date at :target, and how many batches.
SELECT
    sender,
    count(*) AS batches,
    max(lease_until) AS lease_until
FROM delivery.batch
WHERE work_date = :work_date AND target = :target AND kind = :kind AND state = 'sending'
GROUP BY sender;
