-- When the last call of attendance of :work_date to :target was sent, for each of these projects. Reads delivery.batch.
SELECT max(sent_at) AS sent_at
FROM delivery.batch
WHERE
    work_date = :work_date AND target = :target AND kind = 'attendance' AND project_code = any(cast(:project_codes AS text[]));
