-- How many calls of attendance of a project's day at :target are not settled, or were acknowledged from :since on: while there are any,
-- what the platform has cannot be held against the ledger. Reads delivery.batch.
SELECT count(*) AS unsettled
FROM delivery.batch
WHERE
    work_date = :work_date AND target = :target AND project_code = :project_code AND kind = 'attendance'
    AND (state IN ('sending', 'sent', 'unknown') OR (state = 'acknowledged' AND settled_at >= cast(:since AS timestamptz)));
