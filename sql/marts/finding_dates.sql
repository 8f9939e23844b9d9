-- How a finding was on each date it was seen on, newest first, at most :most dates. Reads quality.seen_finding. Writes nothing.
SELECT
    work_date,
    severity,
    expected,
    actual,
    owner,
    found_at,
    gone_at
FROM quality.seen_finding
WHERE quality.finding_id(rule_id, object, object_key, field) = :finding_id
ORDER BY work_date DESC
LIMIT :most;
