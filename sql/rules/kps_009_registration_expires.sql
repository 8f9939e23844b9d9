-- Persons in posts on :work_date whose last valid registration of the category needed ends within :days_left days. Reads quality.known_post,
-- quality.registration, staged_requirement (post_registration). One that has no last day does not end.
SELECT
    post.object_key,
    'validTo' AS field,
    post.project_code,
    concat('valid for more than ', cast(:days_left AS integer), ' days') AS expected,
    concat('until ', max(held.registered_until)) AS actual
FROM quality.known_post AS post
INNER JOIN staged_requirement AS staged ON staged.kind = 'post_registration'
CROSS JOIN LATERAL jsonb_to_record(staged.content) AS needed (post_code text, category text)
INNER JOIN quality.registration AS held
    ON
        held.id_hash = post.id_hash AND held.status = '1'
        AND held.category_form = quality.normal_form(needed.category)
        AND quality.holds_on(held.issue_date, held.registered_until, :work_date)
WHERE needed.post_code = post.post_code AND quality.holds_on(post.start_date, post.end_date, :work_date)
GROUP BY post.object_key, post.project_code
HAVING bool_and(held.registered_until IS NOT NULL) AND max(held.registered_until) <= cast(:work_date AS date) + :days_left;
