-- Persons in the posts G01 and J01 on :work_date, known to the integrity platform, without a valid registration of the
-- category needed. Reads key posts as filled and the registrations; :project_manager_category and :chief_supervisor_category
-- are what is needed.
SELECT
    filled.object_key,
    'registrationCategory' AS field,
    filled.project_code,
    concat(needed.category, ' valid on ', cast(:work_date AS date)) AS expected,
    coalesce(
        (
            SELECT
                string_agg(
                    concat_ws(', ', held.category, 'until ' || held.registered_until, 'status ' || held.status),
                    '; ' ORDER BY held.category, held.registered_until, held.registration_no
                )
            FROM core.current_person AS person
            INNER JOIN core.current_registration AS held ON held.person_id = person.person_id
            WHERE person.id_hash = filled.id_hash
        ),
        'no registration'
    ) AS actual
FROM quality.post_filled AS filled
INNER JOIN quality.project_under_construction AS project ON project.project_code = filled.project_code
INNER JOIN
    (
        VALUES
        ('G01', cast(:project_manager_category AS text)),
        ('J01', cast(:chief_supervisor_category AS text))
    ) AS needed (post_code, category)
    ON needed.post_code = filled.post_code
WHERE
    quality.holds_on(filled.start_date, filled.end_date, :work_date)
    AND EXISTS (
        SELECT 1 FROM core.current_person AS person
        WHERE person.id_hash = filled.id_hash
    )
    AND NOT EXISTS (
        SELECT 1
        FROM core.current_person AS person
        INNER JOIN core.current_registration AS held ON held.person_id = person.person_id
        WHERE
            person.id_hash = filled.id_hash AND held.status = '1'
            AND quality.normal_form(held.category) = quality.normal_form(needed.category)
            AND quality.holds_on(held.issue_date, held.registered_until, :work_date)
    );
