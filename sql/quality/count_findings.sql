-- The findings of :work_date by rule and severity, and how many of them are muted on that date. Reads quality.finding, quality.muted_finding.
SELECT
    finding.rule_id,
    finding.severity,
    count(*) AS findings,
    count(muted.muted_until) AS muted
FROM quality.finding AS finding
LEFT JOIN quality.muted_finding AS muted
    ON
        muted.work_date = finding.work_date AND muted.rule_id = finding.rule_id AND muted.object = finding.object
        AND muted.object_key = finding.object_key AND muted.field = finding.field
WHERE finding.work_date = cast(:work_date AS date)
GROUP BY finding.rule_id, finding.severity
ORDER BY finding.rule_id;
