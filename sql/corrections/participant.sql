-- The shared row and both values behind findings of CMP-003, one row for each shared row that a finding is about.
-- Reads core.current_participant, core.municipal_participant; :object_keys and :fields of the findings, side by side.
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
INNER JOIN core.municipal_participant AS copy
    ON
        copy.project_code = split_part(wanted.object_key, '|', 1) AND copy.corp_code = split_part(wanted.object_key, '|', 2)
        AND copy.corp_type = split_part(wanted.object_key, '|', 3)
INNER JOIN core.current_participant AS shared
    ON shared.project_code = copy.project_code AND shared.corp_code = copy.corp_code AND shared.corp_type = copy.corp_type
INNER JOIN
    LATERAL (
        VALUES
        ('corpName', shared.corp_name, copy.corp_name),
        ('contractNo', shared.contract_no, copy.contract_no),
        (
            'contractAmount', cast(trim_scale(shared.contract_amount) AS text),
            cast(trim_scale(copy.contract_amount) AS text)
        ),
        (
            'entryTime', to_char(shared.entry_time AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
            to_char(copy.entry_time AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')
        ),
        (
            'exitTime', to_char(shared.exit_time AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
            to_char(copy.exit_time AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')
        ),
        ('pmName', shared.pm_name, copy.pm_name)
    ) AS compared (field, shared_value, municipal_value)
    ON compared.field = wanted.field;
