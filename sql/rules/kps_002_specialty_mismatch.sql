-- Persons in posts on :work_date with a valid registration of the category needed, none of which is of the specialty of the works.
-- Reads quality.known_post, quality.registration, staged_project_scale, staged_requirement (post_registration, post_specialty). Where the
-- requirement names scales, only projects known to be of one of them are looked at; nothing is concluded where no specialty is stated.
WITH needed AS (
    SELECT
        registered.post_code,
        registered.category,
        accepted.project_category,
        accepted.specialties,
        accepted.scales,
        (SELECT array_agg(quality.normal_form(specialty)) FROM unnest(accepted.specialties) AS specialty) AS specialty_forms
    FROM staged_requirement AS one
    CROSS JOIN LATERAL jsonb_to_record(one.content) AS registered (post_code text, category text)
    INNER JOIN staged_requirement AS other ON other.kind = 'post_specialty'
    CROSS JOIN
        LATERAL jsonb_to_record(other.content) AS accepted (
            post_code text, project_category text, specialties text[], scales text[]
        )
    WHERE one.kind = 'post_registration' AND accepted.post_code = registered.post_code
)

SELECT
    post.object_key,
    'specialties' AS field,
    post.project_code,
    array_to_string(needed.specialties, ' / ') AS expected,
    string_agg(DISTINCT held.specialties, '; ') AS actual
FROM quality.known_post AS post
INNER JOIN core.current_project AS project ON project.project_code = post.project_code
INNER JOIN needed ON needed.post_code = post.post_code AND needed.project_category = project.category
LEFT JOIN staged_project_scale AS scale ON scale.project_code = post.project_code
INNER JOIN quality.registration AS held
    ON
        held.id_hash = post.id_hash AND held.status = '1'
        AND held.category_form = quality.normal_form(needed.category)
        AND quality.holds_on(held.issue_date, held.registered_until, :work_date)
WHERE
    quality.holds_on(post.start_date, post.end_date, :work_date)
    AND (needed.scales IS NULL OR scale.scale = any(needed.scales))
GROUP BY post.object_key, post.project_code, needed.specialties, needed.specialty_forms
HAVING
    NOT bool_or(held.specialty_forms && needed.specialty_forms)
    AND bool_and(held.specialties IS NOT NULL);
