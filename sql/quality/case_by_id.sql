-- One case with its project and its lamp. Reads quality.warning_case, marts.project and quality.lamp.
SELECT
    shown.*,
    project.project_name,
    project.area_code,
    lamp.lit_at,
    lamp.cleared_at
FROM quality.warning_case AS shown
LEFT JOIN marts.project AS project ON project.project_code = shown.project_code
LEFT JOIN quality.lamp AS lamp ON lamp.lamp_id = shown.lamp_id
WHERE shown.case_id = :case_id;
