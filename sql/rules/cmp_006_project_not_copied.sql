-- Projects of the city under construction on the integrity platform that the municipal platform does not have.
-- Reads core.current_project and core.municipal_project; :city_code is the city.
SELECT
    shared.project_code AS object_key,
    '' AS field,
    shared.project_code,
    shared.name AS expected,
    cast(NULL AS text) AS actual
FROM core.current_project AS shared
WHERE
    shared.prj_status = '003'
    AND quality.lies_within(shared.area_code, :city_code)
    AND NOT EXISTS (
        SELECT 1 FROM core.municipal_project AS copy
        WHERE copy.project_code = shared.project_code
    );
