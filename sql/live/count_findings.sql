-- How many findings of :work_date there are by rule, severity, owner, object and project; :project_code only, where that is given.
-- The muted ones are not counted. Reads marts.counted_finding. Writes nothing.
SELECT
    rule_id,
    severity,
    owner,
    object,
    project_code,
    area_code,
    count(*) AS findings
FROM marts.counted_finding
WHERE
    work_date = cast(:work_date AS date)
    AND (cast(:project_code AS text) IS NULL OR project_code = cast(:project_code AS text))
GROUP BY rule_id, severity, owner, object, project_code, area_code
ORDER BY rule_id, project_code;
