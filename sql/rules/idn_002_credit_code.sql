-- Unified social credit codes of companies and participants that cannot be one; each code once, however often it is written.
-- Reads core.municipal_corp and core.municipal_participant.
SELECT
    written.corp_code AS object_key,
    'corpCode' AS field,
    CASE WHEN min(written.project_code) = max(written.project_code) THEN min(written.project_code) END AS project_code,
    'a credit code by GB 32100-2015' AS expected,
    concat_ws(' ', quality.credit_code_problem(written.corp_code), written.corp_code) AS actual
FROM (
    SELECT
        corp_code,
        cast(NULL AS text) AS project_code
    FROM core.municipal_corp
    UNION
    SELECT
        corp_code,
        project_code
    FROM core.municipal_participant
) AS written
WHERE quality.credit_code_problem(written.corp_code) IS NOT NULL
GROUP BY written.corp_code;
