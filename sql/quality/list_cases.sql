-- The cases with these features, the gravest and most urgent first: of :project_code, in :state (open ones if NULL), overdue on :today.
-- Reads quality.warning_case, its evidence, marts.project and quality.rectification.
SELECT
    listed.case_id,
    listed.project_code,
    project.project_name,
    listed.cause,
    listed.subject,
    listed.level,
    listed.state,
    listed.raised_at,
    listed.due_date,
    listed.recurrences,
    listed.lamp_id,
    listed.finding_id,
    greatest(cast(:today AS date) - listed.due_date, 0) AS days_overdue,
    stated.state AS rectification
FROM quality.warning_case AS listed
LEFT JOIN marts.project AS project ON project.project_code = listed.project_code
LEFT JOIN LATERAL (
    SELECT last_one.state
    FROM quality.rectification AS last_one
    WHERE last_one.case_id = listed.case_id
    ORDER BY last_one.rectification_id DESC
    LIMIT 1
) AS stated ON TRUE
WHERE
    (cast(:project_code AS text) IS NULL OR listed.project_code = :project_code)
    AND CASE WHEN cast(:state AS text) IS NULL THEN listed.state <> 'closed' ELSE listed.state = :state END
    AND (NOT cast(:overdue AS boolean) OR (listed.state <> 'closed' AND listed.due_date < cast(:today AS date)))
ORDER BY
    array_position(ARRAY['red', 'orange', 'yellow', 'blue'], listed.level), listed.due_date, listed.case_id;
