-- Punches of :work_date by persons who are not on the roster of that project.
-- Reads core.punch and core.project_worker; a punch without a person is SHP-001.
SELECT
    punch.punch_id AS object_key,
    'personId' AS field,
    punch.project_code,
    'a person on the roster of the project' AS expected,
    concat_ws(' ', punch.person_id, quality.masked_name(person.name), person.id_mask) AS actual
FROM core.punch AS punch
LEFT JOIN core.person AS person ON person.person_id = punch.person_id
WHERE
    punch.work_date = :work_date AND punch.withdrawn_at IS NULL AND punch.person_id <> ''
    AND NOT EXISTS (
        SELECT 1 FROM core.project_worker AS worker
        WHERE worker.project_code = punch.project_code AND worker.person_id = punch.person_id
    );
