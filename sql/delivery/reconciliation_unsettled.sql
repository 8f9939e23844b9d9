-- Projects of which a call of attendance of :work_date to :target is not settled, or was acknowledged from :since on: what the platform
-- has of them cannot be held against the ledger yet. Reads delivery.batch.
SELECT DISTINCT project_code
FROM delivery.batch
WHERE
    work_date = :work_date AND target = :target AND kind = 'attendance'
    AND (state IN ('sending', 'sent', 'unknown') OR (state = 'acknowledged' AND settled_at >= cast(:since AS timestamptz)));
