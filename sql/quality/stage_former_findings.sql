-- Let the findings of :work_date by the rules :rule_ids stand, which could not be carried out this time.
-- Reads quality.finding; writes staged_finding.
INSERT INTO staged_finding (rule_id, object, object_key, field, project_code, expected, actual)
SELECT
    rule_id,
    object,
    object_key,
    field,
    project_code,
    expected,
    actual
FROM quality.finding
WHERE work_date = :work_date AND rule_id = any(cast(:rule_ids AS text[]));
