-- Fields of a company that the integrity platform and the municipal copy state differently; what the platform leaves empty
-- is not compared. Reads core.current_corp and core.municipal_corp.
SELECT
    copy.corp_code AS object_key,
    compared.field,
    cast(NULL AS text) AS project_code,
    compared.expected,
    compared.actual
FROM core.municipal_corp AS copy
INNER JOIN core.current_corp AS shared ON shared.corp_code = copy.corp_code
CROSS JOIN
    LATERAL (
        VALUES
        ('corpName', shared.corp_name, copy.corp_name, shared.corp_name, copy.corp_name),
        ('corpType', shared.corp_type, copy.corp_type, shared.corp_type, copy.corp_type),
        ('areaCode', shared.area_code, copy.area_code, shared.area_code, copy.area_code),
        ('legalMan', shared.legal_man, copy.legal_man, quality.masked_name(shared.legal_man), quality.masked_name(copy.legal_man))
    ) AS compared (field, shared_value, copied_value, expected, actual)
WHERE
    quality.normal_form(compared.shared_value) IS NOT NULL
    AND quality.normal_form(compared.shared_value) IS DISTINCT FROM quality.normal_form(compared.copied_value);
