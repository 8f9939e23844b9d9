-- Persons in the posts G01 and J01 on :work_date, known to the integrity platform, without a registration of the category needed.
-- Reads quality.known_post and quality.registration; :project_manager_category and :chief_supervisor_category are what is needed. Whoever has
-- one of the category that is not valid on that day is KPS-003.
SELECT
    filled.object_key,
    'registrationCategory' AS field,
    filled.project_code,
    needed.category AS expected,
    coalesce(
        (
            SELECT
                string_agg(
                    concat_ws(', ', held.category, 'until ' || held.registered_until, 'status ' || held.status),
                    '; ' ORDER BY held.category, held.registered_until, held.registration_no
                )
            FROM quality.registration AS held
            WHERE held.id_hash = filled.id_hash
        ),
        'no registration'
    ) AS actual
FROM quality.known_post AS filled
INNER JOIN
    (
        VALUES
        ('G01', cast(:project_manager_category AS text)),
        ('J01', cast(:chief_supervisor_category AS text))
    ) AS needed (post_code, category)
    ON needed.post_code = filled.post_code
WHERE
    quality.holds_on(filled.start_date, filled.end_date, :work_date)
    AND NOT EXISTS (
        SELECT 1 FROM quality.registration AS held
        WHERE held.id_hash = filled.id_hash AND held.category_form = quality.normal_form(needed.category)
    );
