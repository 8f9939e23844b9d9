-- The codes of the projects that lie in :area_code. Reads marts.project. Writes nothing.
SELECT project_code FROM marts.project
WHERE quality.lies_within(area_code, cast(:area_code AS text))
ORDER BY project_code;
