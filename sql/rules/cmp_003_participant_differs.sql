-- Fields of a participant that the integrity platform and the municipal copy state differently.
-- What the platform leaves empty is not compared, but for exitTime, where empty means that the company has not left. Reads
-- core.current_participant, core.municipal_participant.
SELECT
    concat_ws('|', copy.project_code, copy.corp_code, copy.corp_type) AS object_key,
    compared.field,
    copy.project_code,
    compared.expected,
    compared.actual
FROM core.municipal_participant AS copy
INNER JOIN core.current_participant AS shared
    ON shared.project_code = copy.project_code AND shared.corp_code = copy.corp_code AND shared.corp_type = copy.corp_type
CROSS JOIN
    LATERAL (
        SELECT
            to_char(shared.entry_time AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS shared_entry,
            to_char(copy.entry_time AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS copied_entry,
            to_char(shared.exit_time AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS shared_exit,
            to_char(copy.exit_time AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS copied_exit,
            cast(trim_scale(shared.contract_amount) AS text) AS shared_amount,
            cast(trim_scale(copy.contract_amount) AS text) AS copied_amount
    ) AS written
CROSS JOIN
    LATERAL (
        VALUES
        ('corpName', shared.corp_name, copy.corp_name, shared.corp_name, copy.corp_name),
        ('contractNo', shared.contract_no, copy.contract_no, shared.contract_no, copy.contract_no),
        ('contractAmount', written.shared_amount, written.copied_amount, written.shared_amount, written.copied_amount),
        ('entryTime', written.shared_entry, written.copied_entry, written.shared_entry, written.copied_entry),
        ('exitTime', written.shared_exit, written.copied_exit, written.shared_exit, written.copied_exit),
        ('pmName', shared.pm_name, copy.pm_name, quality.masked_name(shared.pm_name), quality.masked_name(copy.pm_name)),
        ('pmIDCardNumber', encode(shared.pm_id_hash, 'hex'), encode(copy.pm_id_hash, 'hex'), shared.pm_id_mask, copy.pm_id_mask)
    ) AS compared (field, shared_value, copied_value, expected, actual)
WHERE
    quality.normal_form(compared.shared_value) IS DISTINCT FROM quality.normal_form(compared.copied_value)
    AND (compared.field = 'exitTime' OR quality.normal_form(compared.shared_value) IS NOT NULL);
