-- How many findings each rule has on :work_date, and how many more are muted on it. Reads quality.finding, quality.muted_finding. Writes nothing.
SELECT
    finding.rule_id,
    count(*) - count(muted.muted_until) AS findings,
    count(muted.muted_until) AS muted
FROM quality.finding AS finding
LEFT JOIN quality.muted_finding AS muted
    ON
        muted.work_date = finding.work_date AND muted.rule_id = finding.rule_id AND muted.object = finding.object
        AND muted.object_key = finding.object_key AND muted.field = finding.field
WHERE finding.work_date = cast(:work_date AS date)
GROUP BY finding.rule_id
ORDER BY finding.rule_id;
