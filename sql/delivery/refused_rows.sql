-- Rows of one project's day that are not on the platform though their batch is acknowledged.
SELECT
    batch_id,
    punch_id
FROM delivery.row_outcome
WHERE work_date = :work_date AND target = :target AND project_code = :project_code;
