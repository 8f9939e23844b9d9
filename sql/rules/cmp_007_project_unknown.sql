-- Projects of the municipal platform that the integrity platform does not know.
-- Reads core.municipal_project and core.current_project.
SELECT
    copy.project_code AS object_key,
    '' AS field,
    copy.project_code,
    cast(NULL AS text) AS expected,
    copy.name AS actual
FROM core.municipal_project AS copy
WHERE NOT EXISTS (
    SELECT 1 FROM core.current_project AS shared
    WHERE shared.project_code = copy.project_code
);
