-- The shared row and both values behind findings of CMP-001, one row for each shared row that a finding is about.
-- Reads core.current_project, core.municipal_project; :object_keys and :fields of the findings, side by side.
SELECT
    wanted.object_key,
    wanted.field,
    shared.source_id,
    shared.source_version,
    compared.shared_value,
    compared.municipal_value,
    cast(NULL AS bytea) AS shared_cipher,
    cast(NULL AS bytea) AS municipal_cipher
FROM unnest(cast(:object_keys AS text[]), cast(:fields AS text[])) AS wanted (object_key, field)
INNER JOIN core.municipal_project AS copy ON copy.project_code = wanted.object_key
INNER JOIN core.current_project AS shared ON shared.project_code = copy.project_code
INNER JOIN
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
    ) AS compared (field, shared_value, municipal_value)
    ON compared.field = wanted.field;
