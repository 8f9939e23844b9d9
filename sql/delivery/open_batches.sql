-- Batches of :kind that wait for an answer or a question: sent ones oldest first, then unknown ones.
SELECT
    batch_id,
    project_code,
    group_key,
    row_count,
    state,
    serial_code,
    sent_at
FROM delivery.batch
WHERE work_date = :work_date AND target = :target AND kind = :kind AND state = :state
ORDER BY sent_at, batch_id;
