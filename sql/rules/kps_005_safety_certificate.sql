-- Persons in posts on :work_date without a safety certificate of the class needed that is valid on that day. Reads quality.known_post,
-- quality.registration (which carries the certificates), staged_requirement (post_certificate, post_registration). Where the post needs a
-- registration and the person has none at all, LMP-003 says it.
SELECT
    post.object_key,
    'safetyCertClass' AS field,
    post.project_code,
    concat('certificate ', needed.certificate, ' on ', cast(:work_date AS date)) AS expected,
    coalesce(
        string_agg(
            concat('certificate ', held.safety_cert_class, ' until ' || held.safety_cert_valid_to),
            '; ' ORDER BY held.safety_cert_valid_to DESC NULLS LAST
        ) FILTER (WHERE held.safety_cert_class IS NOT NULL),
        'no certificate'
    ) AS actual
FROM quality.known_post AS post
INNER JOIN staged_requirement AS staged ON staged.kind = 'post_certificate'
CROSS JOIN LATERAL jsonb_to_record(staged.content) AS needed (post_code text, certificate text)
LEFT JOIN quality.registration AS held ON held.id_hash = post.id_hash
WHERE needed.post_code = post.post_code AND quality.holds_on(post.start_date, post.end_date, :work_date)
GROUP BY post.object_key, post.project_code, post.post_code, needed.certificate
HAVING
    NOT bool_or(
        starts_with(upper(coalesce(quality.normal_form(held.safety_cert_class), '')), needed.certificate)
        AND coalesce(held.safety_cert_valid_to >= :work_date, TRUE)
    )
    AND (
        count(held.id_hash) > 0
        OR NOT EXISTS (
            SELECT 1 FROM staged_requirement AS registered
            WHERE registered.kind = 'post_registration' AND registered.content ->> 'post_code' = post.post_code
        )
    );
