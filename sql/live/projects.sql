-- Every project with its name, district and status, or :project_code only. Reads marts.project. Writes nothing.
SELECT
    project_code,
    project_name,
    area_code,
    coalesce(prj_status = '003', FALSE) AS is_under_construction
FROM marts.project
WHERE cast(:project_code AS text) IS NULL OR project_code = cast(:project_code AS text)
ORDER BY area_code, project_code;
