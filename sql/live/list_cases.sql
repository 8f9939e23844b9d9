-- Warning cases, open ones first and of those the first due first; of :project_code, or with the finding :finding_id among their evidence,
-- only where given, at most :most; the totals count all that there are. :today decides what is overdue.
-- Reads quality.warning_case, warning_case_finding, lamp, marts.project. Writes nothing.
SELECT
    warning.case_id,
    warning.finding_id,
    warning.rule_id,
    warning.rule_code,
    lamp.lamp_id IS NOT NULL AND lamp.cleared_at IS NULL AS lamp_is_lit,
    warning.project_code,
    project.project_name,
    project.area_code,
    warning.level,
    warning.state,
    warning.raised_at,
    warning.due_date,
    warning.state_since,
    warning.recurrences,
    warning.state <> 'closed' AND warning.due_date < cast(:today AS date) AS is_overdue,
    count(*) OVER () AS total,
    count(*) FILTER (WHERE warning.state <> 'closed') OVER () AS open_total,
    count(*) FILTER (WHERE warning.state <> 'closed' AND warning.due_date < cast(:today AS date)) OVER () AS overdue_total
FROM quality.warning_case AS warning
LEFT JOIN marts.project AS project ON project.project_code = warning.project_code
LEFT JOIN quality.lamp AS lamp ON lamp.lamp_id = warning.lamp_id
WHERE
    (cast(:project_code AS text) IS NULL OR warning.project_code = cast(:project_code AS text))
    AND (
        cast(:finding_id AS text) IS NULL
        OR EXISTS (
            SELECT FROM quality.warning_case_finding AS evidence
            WHERE evidence.case_id = warning.case_id AND evidence.finding_id = cast(:finding_id AS text)
        )
    )
ORDER BY warning.state = 'closed' ASC, warning.due_date ASC, warning.case_id DESC
LIMIT :most;
