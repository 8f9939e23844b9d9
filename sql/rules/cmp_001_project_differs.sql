-- Fields of a project that the integrity platform and the municipal copy state differently.
-- Reads core.current_project and core.municipal_project.
SELECT
    copy.project_code AS object_key,
    compared.field,
    copy.project_code,
    compared.expected,
    compared.actual
FROM core.municipal_project AS copy
INNER JOIN core.current_project AS shared ON shared.project_code = copy.project_code
CROSS JOIN
    LATERAL (
        VALUES
        ('name', shared.name, copy.name),
        ('category', shared.category, copy.category),
        ('areaCode', shared.area_code, copy.area_code),
        ('contractorCorpCode', shared.contractor_corp_code, copy.contractor_corp_code),
        ('contractorCorpName', shared.contractor_corp_name, copy.contractor_corp_name),
        ('buildCorpCode', shared.build_corp_code, copy.build_corp_code),
        ('buildCorpName', shared.build_corp_name, copy.build_corp_name),
        ('supervisionCorpCode', shared.supervision_corp_code, copy.supervision_corp_code),
        ('supervisionCorpName', shared.supervision_corp_name, copy.supervision_corp_name),
        ('startDate', cast(shared.start_date AS text), cast(copy.start_date AS text)),
        ('planCompleteDate', cast(shared.plan_complete_date AS text), cast(copy.plan_complete_date AS text)),
        ('prjStatus', shared.prj_status, copy.prj_status)
    ) AS compared (field, expected, actual)
WHERE quality.normal_form(compared.expected) IS DISTINCT FROM quality.normal_form(compared.actual);
