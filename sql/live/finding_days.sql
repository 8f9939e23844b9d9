-- How the finding :finding_id of the rule :rule_id was on each date from :first_date on, newest first; with `gone_at` where a later check of
-- the same date no longer found it. Reads quality.seen_finding, marts.project. Writes nothing.
SELECT
    seen.work_date,
    seen.severity,
    seen.object,
    seen.object_key,
    seen.field,
    seen.project_code,
    project.project_name,
    coalesce(project.area_code, seen.area_code) AS area_code,
    seen.expected,
    seen.actual,
    seen.owner,
    seen.remedy,
    seen.found_at,
    seen.gone_at
FROM quality.seen_finding AS seen
LEFT JOIN marts.project AS project ON project.project_code = seen.project_code
WHERE
    seen.work_date >= cast(:first_date AS date)
    AND seen.rule_id = :rule_id
    AND quality.finding_id(seen.rule_id, seen.object, seen.object_key, seen.field) = :finding_id
ORDER BY seen.work_date DESC;
