-- The findings of :work_date that open or feed a case, by cause and what the case is about. Reads quality.finding and staged_case_rule.
CREATE TEMPORARY TABLE staged_case_finding ON COMMIT DROP AS
SELECT
    rule.cause,
    CASE WHEN rule.per = 'project' THEN coalesce(found.project_code, found.object_key) ELSE found.object_key END AS subject,
    found.project_code,
    quality.finding_id(found.rule_id, found.object, found.object_key, found.field) AS finding_id
FROM quality.finding AS found
INNER JOIN staged_case_rule AS rule ON rule.rule_id = found.rule_id
WHERE found.work_date = cast(:work_date AS date);
