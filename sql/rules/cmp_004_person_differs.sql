-- Names, phones and kinds of identity document of persons, joined by the citizen number, that the integrity platform and the
-- municipal platform state differently. Reads core.current_person and core.person. What the platform leaves empty is not
-- compared, nor is anyone whose number cannot be read.
SELECT
    copy.person_id AS object_key,
    compared.field,
    only_project.project_code,
    compared.expected,
    compared.actual
FROM core.person AS copy
INNER JOIN core.current_person AS shared ON shared.id_hash = copy.id_hash
LEFT JOIN quality.only_project AS only_project ON only_project.person_id = copy.person_id
CROSS JOIN
    LATERAL (
        VALUES
        (
            'name', quality.normal_form(shared.name), quality.normal_form(copy.name),
            quality.masked_name(shared.name), quality.masked_name(copy.name)
        ),
        (
            'idCardType', quality.normal_form(shared.id_card_type), quality.normal_form(copy.id_card_type),
            shared.id_card_type, copy.id_card_type
        ),
        ('phone', encode(shared.phone_hash, 'hex'), encode(copy.phone_hash, 'hex'), shared.phone_mask, copy.phone_mask)
    ) AS compared (field, shared_value, copied_value, expected, actual)
WHERE
    (copy.id_problem = '' OR copy.id_problem IS NULL)
    AND compared.shared_value IS NOT NULL
    AND compared.shared_value IS DISTINCT FROM compared.copied_value;
