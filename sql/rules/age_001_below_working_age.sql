-- People who punched on :work_date and were younger than :below_age that day. Reads core.project_worker, person, punch. A birthday that is
-- missing or yet to come says nothing.
SELECT
    concat_ws('|', worker.project_code, worker.person_id) AS object_key,
    'birthday' AS field,
    worker.project_code,
    concat('at least ', cast(:below_age AS integer), ' years old') AS expected,
    concat(quality.full_years(person.birthday, :work_date), ' years old') AS actual
FROM core.project_worker AS worker
INNER JOIN core.person AS person ON person.person_id = worker.person_id
WHERE
    quality.full_years(person.birthday, :work_date) < :below_age AND person.birthday <= :work_date
    AND EXISTS (
        SELECT 1 FROM core.punch AS punch
        WHERE
            punch.work_date = :work_date AND punch.withdrawn_at IS NULL
            AND punch.project_code = worker.project_code AND punch.person_id = worker.person_id
    );
