-- Persons in posts on :work_date who have registrations of the category needed, none of which is valid on that day: expired, cancelled,
-- suspended, or not begun. Reads quality.known_post, quality.registration, staged_requirement (post_registration). Whoever has none of the
-- category is LMP-003.
SELECT
    post.object_key,
    'registrationStatus' AS field,
    post.project_code,
    concat(needed.category, ' valid on ', cast(:work_date AS date)) AS expected,
    string_agg(
        CASE
            WHEN held.status = '2' THEN 'cancelled'
            WHEN held.status = '3' THEN 'suspended'
            WHEN held.registered_until < :work_date THEN 'expired after ' || held.registered_until
            WHEN held.status = '4' THEN 'expired'
            WHEN held.issue_date > :work_date THEN 'valid from ' || held.issue_date
            ELSE concat('status ', held.status)
        END,
        '; ' ORDER BY held.registered_until DESC NULLS LAST, held.registration_no ASC
    ) AS actual
FROM quality.known_post AS post
INNER JOIN staged_requirement AS staged ON staged.kind = 'post_registration'
CROSS JOIN LATERAL jsonb_to_record(staged.content) AS needed (post_code text, category text)
INNER JOIN quality.registration AS held
    ON held.id_hash = post.id_hash AND held.category_form = quality.normal_form(needed.category)
WHERE needed.post_code = post.post_code AND quality.holds_on(post.start_date, post.end_date, :work_date)
GROUP BY post.object_key, post.project_code, needed.category
HAVING
    NOT bool_or(
        coalesce(held.status, '') = '1' AND quality.holds_on(held.issue_date, held.registered_until, :work_date)
    );
