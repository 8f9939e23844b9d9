-- Rows of :work_date that a platform has and that were not sent from here. Reads delivery.discrepancy.
SELECT
    concat_ws(
        '|', project_code, to_char(made_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), direction,
        left(encode(person_hash, 'hex'), 12)
    ) AS object_key,
    concat('attendance:', target) AS field,
    project_code,
    'nothing sent from here' AS expected,
    concat(
        platform_count, ' times ', person_mask, ' at ', to_char(made_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
        ', direction ', direction
    ) AS actual
FROM delivery.discrepancy
WHERE work_date = :work_date AND kind = 'extra';
