-- Projects of which a call of attendance is under way at :target, or was and goes again, or, with :since, was acknowledged from then on.
-- Reads delivery.batch.
SELECT DISTINCT project_code
FROM delivery.batch
WHERE
    work_date = :work_date AND target = :target AND kind = 'attendance'
    AND (
        state IN ('sending', 'sent') OR (state = 'planned' AND sent_at IS NOT NULL)
        OR (state = 'acknowledged' AND settled_at >= cast(:since AS timestamptz))
    );
