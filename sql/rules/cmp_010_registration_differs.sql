-- Registrations of persons in key posts on :work_date that the site states otherwise than the integrity platform has them. Reads key posts as
-- filled and quality.registration. Held against the registration of the number stated, else one of the category, valid and late ones first.
-- What the platform leaves empty is not compared, nor where the site states nothing of a post that needs none; who is not on the platform is
-- KPS-006.
SELECT
    filled.object_key,
    compared.field,
    filled.project_code,
    compared.expected,
    compared.actual
FROM quality.post_filled AS filled
INNER JOIN core.key_post_filled AS stated
    ON
        stated.project_code = filled.project_code AND stated.post_code = filled.post_code AND stated.person_id = filled.person_id
LEFT JOIN LATERAL (
    SELECT
        one.category,
        one.level,
        one.registration_no,
        one.level_rank
    FROM quality.registration AS one
    WHERE one.id_hash = filled.id_hash
    ORDER BY
        coalesce(quality.normal_form(one.registration_no) = quality.normal_form(stated.registration_no), FALSE) DESC,
        coalesce(one.category_form = quality.normal_form(stated.registration_category), FALSE) DESC,
        coalesce(one.status = '1' AND quality.holds_on(one.issue_date, one.registered_until, :work_date), FALSE) DESC,
        one.registered_until DESC NULLS LAST,
        one.registration_no ASC
    LIMIT 1
) AS held ON TRUE
CROSS JOIN
    LATERAL (
        VALUES
        (
            'registrationCategory', coalesce(held.category, 'no registration'), stated.registration_category,
            held.category IS NOT NULL
            AND quality.normal_form(held.category) IS DISTINCT FROM quality.normal_form(stated.registration_category)
            OR held.category IS NULL AND quality.normal_form(stated.registration_category) IS NOT NULL
        ),
        (
            'registrationLevel', held.level, stated.registration_level,
            quality.normal_form(held.level) IS NOT NULL
            AND coalesce(cast(held.level_rank AS text), quality.normal_form(held.level))
            IS DISTINCT FROM
            coalesce(
                cast(quality.registration_level(stated.registration_level) AS text), quality.normal_form(stated.registration_level)
            )
        ),
        (
            'registrationNo', held.registration_no, stated.registration_no,
            quality.normal_form(held.registration_no) IS NOT NULL
            AND quality.normal_form(held.registration_no) IS DISTINCT FROM quality.normal_form(stated.registration_no)
        )
    ) AS compared (field, expected, actual, differs)
WHERE
    compared.differs
    AND quality.holds_on(filled.start_date, filled.end_date, :work_date)
    AND (
        filled.post_code IN ('G01', 'J01')
        OR quality.normal_form(concat(stated.registration_category, stated.registration_level, stated.registration_no)) IS NOT NULL
    )
    AND EXISTS (
        SELECT 1 FROM core.current_person AS person
        WHERE person.id_hash = filled.id_hash
    );
