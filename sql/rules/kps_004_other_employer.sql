-- Persons in posts on :work_date whose valid registrations of the category needed are all with another employer than the company whose post
-- it is: the contractor's of :project_manager, the supervision company's of :chief_supervisor. Reads quality.known_post,
-- quality.registration, staged_requirement (post_registration).
SELECT
    post.object_key,
    'employerCorpCode' AS field,
    post.project_code,
    company.corp_code AS expected,
    string_agg(DISTINCT held.employer_corp_code, '; ') AS actual
FROM quality.known_post AS post
INNER JOIN core.current_project AS project ON project.project_code = post.project_code
INNER JOIN staged_requirement AS staged ON staged.kind = 'post_registration'
CROSS JOIN LATERAL jsonb_to_record(staged.content) AS needed (post_code text, category text)
INNER JOIN
    LATERAL (
        VALUES
        (cast(:project_manager AS text), project.contractor_corp_code),
        (cast(:chief_supervisor AS text), project.supervision_corp_code)
    ) AS company (post_code, corp_code)
    ON company.post_code = post.post_code
INNER JOIN quality.registration AS held
    ON
        held.id_hash = post.id_hash AND held.status = '1'
        AND held.category_form = quality.normal_form(needed.category)
        AND quality.holds_on(held.issue_date, held.registered_until, :work_date)
WHERE
    needed.post_code = post.post_code
    AND company.corp_code IS NOT NULL
    AND quality.holds_on(post.start_date, post.end_date, :work_date)
GROUP BY post.object_key, post.project_code, company.corp_code
HAVING bool_and(quality.normal_form(held.employer_corp_code) <> quality.normal_form(company.corp_code));
