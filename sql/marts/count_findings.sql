-- How many findings a day has, per rule, owner, district and project. Reads the temporary table reported_finding. Writes nothing.
SELECT
    rule_id,
    severity,
    owner,
    remedy,
    project_code,
    project_name,
    area_code,
    count(*) AS findings,
    min(first_seen) AS first_seen,
    max(last_seen) AS last_seen
FROM reported_finding
GROUP BY rule_id, severity, owner, remedy, project_code, project_name, area_code
ORDER BY rule_id, area_code, project_code;
