-- Persons whose citizen number (document kind 01) cannot be one; a missing number is SHP-001.
-- Reads core.person, where extraction wrote down what is wrong.
SELECT
    person.person_id AS object_key,
    'idCardNumber' AS field,
    only_project.project_code,
    'a citizen number by GB 11643-1999' AS expected,
    concat_ws(' ', person.id_problem, person.id_mask) AS actual
FROM core.person AS person
LEFT JOIN quality.only_project AS only_project ON only_project.person_id = person.person_id
WHERE person.id_card_type = '01' AND person.id_problem NOT IN ('', 'EMPTY');
