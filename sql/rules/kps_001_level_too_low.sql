-- Persons in posts on :work_date whose registration is of too low a level for the project's scale. Reads quality.known_post,
-- quality.registration, staged_project_scale, staged_requirement (post_registration, post_level, post_specialty). What counts is the best
-- level of a valid registration of the specialty, of any where none has it (KPS-002); nothing is concluded from a level that is not stated.
WITH needed AS (
    SELECT
        registered.post_code,
        registered.category,
        asked.scale,
        asked.level
    FROM staged_requirement AS one
    CROSS JOIN LATERAL jsonb_to_record(one.content) AS registered (post_code text, category text)
    INNER JOIN staged_requirement AS other ON other.kind = 'post_level'
    CROSS JOIN LATERAL jsonb_to_record(other.content) AS asked (post_code text, scale text, level integer)
    WHERE one.kind = 'post_registration' AND asked.post_code = registered.post_code
),

fitting AS (
    SELECT
        accepted.post_code,
        accepted.project_category,
        (SELECT array_agg(quality.normal_form(one)) FROM unnest(accepted.specialties) AS one) AS specialty_forms
    FROM staged_requirement AS staged
    CROSS JOIN
        LATERAL jsonb_to_record(staged.content) AS accepted (post_code text, project_category text, specialties text[])
    WHERE staged.kind = 'post_specialty'
)

SELECT
    post.object_key,
    'level' AS field,
    post.project_code,
    concat(
        'level ', needed.level, ' for a ', CASE scale.scale WHEN '01' THEN 'large' WHEN '02' THEN 'medium' ELSE 'small' END,
        ' project by ', scale.told_by
    ) AS expected,
    concat('level ', best.level) AS actual
FROM quality.known_post AS post
INNER JOIN core.current_project AS project ON project.project_code = post.project_code
INNER JOIN staged_project_scale AS scale ON scale.project_code = post.project_code
INNER JOIN needed ON needed.post_code = post.post_code AND needed.scale = scale.scale
CROSS JOIN
    LATERAL (
        SELECT
            coalesce(
                min(held.level_rank) FILTER (
                    WHERE EXISTS (
                        SELECT 1 FROM fitting
                        WHERE
                            fitting.post_code = post.post_code AND fitting.project_category = project.category
                            AND held.specialty_forms && fitting.specialty_forms
                    )
                ),
                min(held.level_rank)
            ) AS level
        FROM quality.registration AS held
        WHERE
            held.id_hash = post.id_hash AND held.status = '1'
            AND held.category_form = quality.normal_form(needed.category)
            AND quality.holds_on(held.issue_date, held.registered_until, :work_date)
    ) AS best
WHERE quality.holds_on(post.start_date, post.end_date, :work_date) AND best.level > needed.level;
