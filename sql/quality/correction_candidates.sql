-- The findings on :work_date of the rules :rule_ids, of those :finding_ids if given, with the newest correction of each.
-- Reads quality.finding, quality.newest_correction, quality.newest_look. `is_newest` says whether the rule has looked at no later date.
SELECT
    quality.finding_id(finding.rule_id, finding.object, finding.object_key, finding.field) AS finding_id,
    finding.rule_id,
    finding.object,
    finding.object_key,
    finding.field,
    finding.project_code,
    finding.area_code,
    finding.expected,
    finding.actual,
    asked.correction_id,
    asked.state AS correction_state,
    asked.ticket_no,
    asked.reject_reason,
    coalesce(look.work_date = finding.work_date, FALSE) AS is_newest
FROM quality.finding AS finding
LEFT JOIN quality.newest_correction AS asked
    ON asked.finding_id = quality.finding_id(finding.rule_id, finding.object, finding.object_key, finding.field)
LEFT JOIN quality.newest_look AS look ON look.rule_id = finding.rule_id AND look.object = finding.object
WHERE
    finding.work_date = cast(:work_date AS date)
    AND finding.rule_id = any(cast(:rule_ids AS text[]))
    AND (
        cast(:finding_ids AS text[]) IS NULL
        OR quality.finding_id(finding.rule_id, finding.object, finding.object_key, finding.field)
        = any(cast(:finding_ids AS text[]))
    )
ORDER BY finding.rule_id, finding.project_code, finding.object_key, finding.field;
