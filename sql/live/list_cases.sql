-- Warning cases, open ones first and of those the first due first; of :project_code or :finding_id only where given, at most :most.
-- Reads quality.warning_case, marts.project; :today decides what is overdue. Writes nothing.
SELECT
    warning.case_id,
    warning.finding_id,
    warning.rule_id,
    warning.lamp_id,
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
    count(*) OVER () AS total
FROM quality.warning_case AS warning
LEFT JOIN marts.project AS project ON project.project_code = warning.project_code
WHERE
    (cast(:project_code AS text) IS NULL OR warning.project_code = cast(:project_code AS text))
    AND (cast(:finding_id AS text) IS NULL OR warning.finding_id = cast(:finding_id AS text))
ORDER BY warning.state = 'closed' ASC, warning.due_date ASC, warning.case_id DESC
LIMIT :most;
