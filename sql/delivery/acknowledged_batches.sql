-- The acknowledged attendance batches of one project's day: what the platform has from us for certain.
SELECT batch_id
FROM delivery.batch
WHERE
    work_date = :work_date AND target = :target AND project_code = :project_code
    AND kind = 'attendance' AND state = 'acknowledged';
