-- Participants of the integrity platform that the municipal platform does not have, though it has the project.
-- Reads core.current_participant and core.municipal_participant. A copy under a wrong credit code is there all the same
-- (IDN-002).
SELECT
    concat_ws('|', shared.project_code, shared.corp_code, shared.corp_type) AS object_key,
    '' AS field,
    shared.project_code,
    shared.corp_name AS expected,
    cast(NULL AS text) AS actual
FROM core.current_participant AS shared
INNER JOIN core.municipal_project AS project ON project.project_code = shared.project_code
WHERE
    NOT EXISTS (
        SELECT 1 FROM core.municipal_participant AS copy
        WHERE
            copy.project_code = shared.project_code AND copy.corp_type = shared.corp_type
            AND (
                copy.corp_code = shared.corp_code
                OR (
                    quality.normal_form(copy.corp_name) = quality.normal_form(shared.corp_name)
                    AND quality.credit_code_problem(copy.corp_code) IS NOT NULL
                )
            )
    );
