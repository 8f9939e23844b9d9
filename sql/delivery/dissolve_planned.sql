-- Give up the planned batches of attendance of these projects' day at :target: nothing of them was taken by the platform.
-- Writes delivery.batch; yields those given up.
UPDATE delivery.batch
SET state = 'released', settled_at = :now, reason = 'rows of the project turned out to be there already; the others are packed again'
WHERE
    work_date = :work_date AND target = :target AND project_code = any(cast(:project_codes AS text[])) AND kind = 'attendance'
    AND state = 'planned'
RETURNING batch_id;
