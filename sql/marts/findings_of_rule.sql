-- The findings of :rule_id on :work_date, on :object_key only where that is given, at most :most of them.
-- Reads quality.finding and quality.finding_life. Writes nothing.
SELECT
    quality.finding_id(finding.rule_id, finding.object, finding.object_key, finding.field) AS finding_id,
    finding.object,
    finding.object_key,
    finding.field,
    finding.project_code,
    finding.expected,
    finding.actual,
    life.first_seen,
    life.last_seen
FROM quality.finding
INNER JOIN quality.finding_life AS life
    ON
        life.rule_id = finding.rule_id AND life.object = finding.object
        AND life.object_key = finding.object_key AND life.field = finding.field
WHERE
    finding.work_date = cast(:work_date AS date)
    AND finding.rule_id = :rule_id
    AND (cast(:object_key AS text) IS NULL OR finding.object_key = cast(:object_key AS text))
ORDER BY finding.object_key, finding.field
LIMIT :most;
