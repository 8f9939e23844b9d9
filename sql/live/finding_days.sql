-- How the finding :finding_id of the rule :rule_id was on each date from :first_date to :last_date it was found on, newest first.
-- Reads marts.finding. Writes nothing.
SELECT
    work_date,
    severity,
    object,
    object_key,
    field,
    project_code,
    project_name,
    area_code,
    expected,
    actual,
    owner,
    remedy,
    found_at
FROM marts.finding
WHERE
    work_date BETWEEN cast(:first_date AS date) AND cast(:last_date AS date)
    AND rule_id = :rule_id
    AND quality.finding_id(rule_id, object, object_key, field) = :finding_id
ORDER BY work_date DESC;
