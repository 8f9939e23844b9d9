-- The attendance calendar of a month: a row for each person in a key post, with the state of each day. Of the projects :project_codes
-- only, where given. Reads marts.key_post_month, marts.project; :month is the month's first day. Writes nothing.
SELECT
    attendance.project_code,
    project.project_name,
    project.area_code,
    attendance.post_code,
    attendance.person_id,
    attendance.person_name,
    attendance.due_days,
    attendance.valid_days,
    attendance.attendance_percent,
    attendance.days
FROM marts.key_post_month AS attendance
LEFT JOIN marts.project AS project ON project.project_code = attendance.project_code
WHERE
    attendance.month = cast(:month AS date)
    AND (cast(:project_codes AS text[]) IS NULL OR attendance.project_code = any(cast(:project_codes AS text[])))
ORDER BY project.area_code, attendance.project_code, attendance.post_code, attendance.person_id
LIMIT :most;
