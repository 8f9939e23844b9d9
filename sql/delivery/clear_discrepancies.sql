-- Forget what the last comparison of :work_date at :target found at these projects. Writes delivery.discrepancy.
DELETE FROM delivery.discrepancy
WHERE work_date = :work_date AND target = :target AND project_code = any(cast(:project_codes AS text[]));
