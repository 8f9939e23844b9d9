-- The shared row and both values behind findings of CMP-002, one row for each shared row that a finding is about.
-- Reads core.current_corp, core.municipal_corp; :object_keys and :fields of the findings, side by side.
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
INNER JOIN core.municipal_corp AS copy ON copy.corp_code = wanted.object_key
INNER JOIN core.current_corp AS shared ON shared.corp_code = copy.corp_code
INNER JOIN
    LATERAL (
        VALUES
        ('corpName', shared.corp_name, copy.corp_name),
        ('corpType', shared.corp_type, copy.corp_type),
        ('areaCode', shared.area_code, copy.area_code),
        ('legalMan', shared.legal_man, copy.legal_man)
    ) AS compared (field, shared_value, municipal_value)
    ON compared.field = wanted.field;
