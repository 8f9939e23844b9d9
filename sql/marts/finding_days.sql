-- Findings by date, rule and severity from :first_date to :last_date; scoped as in count_changes, not the muted ones.
-- Reads marts.counted_finding. Writes nothing.
SELECT
    work_date,
    rule_id,
    severity,
    count(*) AS findings
FROM marts.counted_finding
WHERE
    work_date BETWEEN cast(:first_date AS date) AND cast(:last_date AS date)
    AND (
        cast(:project_codes AS text[]) IS NULL
        OR project_code = any(cast(:project_codes AS text[]))
        OR (project_code IS NULL AND quality.lies_within(area_code, cast(:area_code AS text)))
    )
GROUP BY work_date, rule_id, severity
ORDER BY work_date, rule_id;
