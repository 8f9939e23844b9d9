-- Building workers who punched on :work_date and had reached the age from which the region bars them: :from_male, :from_female.
-- Reads core.project_worker, person, punch. Management staff is not meant; a person without a gender or birthday says nothing.
SELECT
    concat_ws('|', worker.project_code, worker.person_id) AS object_key,
    'birthday' AS field,
    worker.project_code,
    concat('younger than ', limit_of.age, ' years') AS expected,
    concat(quality.full_years(person.birthday, :work_date), ' years old') AS actual
FROM core.project_worker AS worker
INNER JOIN core.person AS person ON person.person_id = worker.person_id
INNER JOIN
    (
        VALUES
        ('0', cast(:from_male AS integer)),
        ('1', cast(:from_female AS integer))
    ) AS limit_of (gender, age)
    ON limit_of.gender = person.gender
WHERE
    worker.identity_type = '5' AND quality.full_years(person.birthday, :work_date) >= limit_of.age
    AND EXISTS (
        SELECT 1 FROM core.punch AS punch
        WHERE
            punch.work_date = :work_date AND punch.withdrawn_at IS NULL
            AND punch.project_code = worker.project_code AND punch.person_id = worker.person_id
    );
