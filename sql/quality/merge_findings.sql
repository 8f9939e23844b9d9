-- Bring the findings of :work_date in step with this run; one that was there before keeps the instant it was found at.
-- Reads staged_finding, staged_rule, corrections and the districts of the projects; writes quality.finding of that date only. The same again
-- touches nothing.
WITH district AS (
    SELECT
        project_code,
        min(area_code) AS area_code
    FROM core.current_project
    GROUP BY project_code
),

found AS (
    SELECT DISTINCT ON (told.rule_id, told.object, told.object_key, told.field)
        told.*,
        CASE WHEN rule.severity = 'stop' AND told.object = any(rule.only_warns_on) THEN 'warn' ELSE rule.severity END AS severity,
        quality.owner_by_correction(rule.owner, asked.state, asked.ticket_no) AS owner,
        rule.remedy,
        coalesce(district.area_code, copy.area_code, CASE WHEN told.object = 'district' THEN told.object_key END) AS area_code
    FROM staged_finding AS told
    INNER JOIN staged_rule AS rule ON rule.rule_id = told.rule_id
    LEFT JOIN district ON district.project_code = told.project_code
    LEFT JOIN core.municipal_project AS copy ON copy.project_code = told.project_code
    LEFT JOIN quality.newest_correction AS asked
        ON
            asked.rule_id = told.rule_id AND asked.object = told.object AND asked.object_key = told.object_key
            AND asked.finding_id = quality.finding_id(told.rule_id, told.object, told.object_key, told.field)
    ORDER BY told.rule_id, told.object, told.object_key, told.field, told.project_code, told.expected, told.actual
)

INSERT INTO quality.finding (
    work_date, rule_id, object, object_key, field, severity, project_code, area_code, expected, actual, owner, remedy, found_at
)
SELECT
    :work_date,
    rule_id,
    object,
    object_key,
    field,
    severity,
    project_code,
    area_code,
    expected,
    actual,
    owner,
    remedy,
    :found_at
FROM found
ON CONFLICT (work_date, rule_id, object, object_key, field) DO UPDATE
    SET
        severity = excluded.severity,
        project_code = excluded.project_code,
        area_code = excluded.area_code,
        expected = excluded.expected,
        actual = excluded.actual,
        owner = excluded.owner,
        remedy = excluded.remedy
    WHERE
    (
        finding.severity, finding.project_code, finding.area_code, finding.expected, finding.actual, finding.owner, finding.remedy
    ) IS DISTINCT FROM (
        excluded.severity, excluded.project_code, excluded.area_code, excluded.expected, excluded.actual, excluded.owner,
        excluded.remedy
    );
