-- The findings of :work_date by rule and severity. Reads quality.finding.
SELECT
    rule_id,
    severity,
    count(*) AS findings
FROM quality.finding
WHERE work_date = :work_date
GROUP BY rule_id, severity
ORDER BY rule_id;
