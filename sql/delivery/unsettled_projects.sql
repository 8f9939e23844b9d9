-- Of these projects those with calls of attendance of :work_date at :target that are not settled, go again, or were acknowledged from the
-- project's own instant on, if it has one: what the platform has of them cannot be held against the ledger. Reads delivery.batch.
SELECT DISTINCT asked.project_code
FROM unnest(cast(:project_codes AS text[]), cast(:since AS timestamptz[])) AS asked (project_code, since)
INNER JOIN delivery.batch AS batch
    ON batch.work_date = :work_date AND batch.project_code = asked.project_code
WHERE
    batch.target = :target AND batch.kind = 'attendance'
    AND (
        batch.state IN ('sending', 'sent', 'unknown') OR (batch.state = 'planned' AND batch.sent_at IS NOT NULL)
        OR (batch.state = 'acknowledged' AND batch.settled_at >= asked.since)
    );
