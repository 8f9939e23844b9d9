-- For the persons in the four principal posts of :project_code on :work_date: does the integrity platform have another employer of them, by
-- person or registration, than the contractor? Reads key posts as filled, shared persons, registrations and the project. Of whom it does
-- not know nothing can be told.
SELECT
    CASE
        WHEN filled.person_id IS NULL OR project.contractor_corp_code IS NULL OR known.employers IS NULL THEN 'cannot tell'
        WHEN known.employers <@ ARRAY[project.contractor_corp_code] THEN 'no'
        ELSE 'yes'
    END AS answer,
    lead.post_code AS about,
    CASE
        WHEN filled.person_id IS NULL THEN 'nobody is in the post'
        WHEN project.contractor_corp_code IS NULL THEN 'the integrity platform does not name the contractor'
        WHEN known.employers IS NULL
            THEN concat(quality.masked_name(filled.name), ': the integrity platform has no employer')
        ELSE
            concat(
                quality.masked_name(filled.name), ': ', array_to_string(known.employers, ', '), '; contractor ',
                project.contractor_corp_code
            )
    END AS detail
FROM (VALUES ('G01'), ('G02'), ('G03'), ('G04')) AS lead (post_code)
LEFT JOIN quality.post_filled AS filled
    ON
        filled.project_code = :project_code AND filled.post_code = lead.post_code
        AND quality.holds_on(filled.start_date, filled.end_date, cast(:work_date AS date))
LEFT JOIN LATERAL (
    SELECT max(shared.contractor_corp_code) AS contractor_corp_code
    FROM core.current_project AS shared
    WHERE shared.project_code = :project_code
) AS project ON TRUE
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT employer.corp_code ORDER BY employer.corp_code) AS employers
    FROM core.current_person AS person
    LEFT JOIN core.current_registration AS held
        ON
            held.person_id = person.person_id AND held.status = '1'
            AND quality.holds_on(held.issue_date, held.registered_until, cast(:work_date AS date))
    CROSS JOIN LATERAL (VALUES (person.employer_corp_code), (held.employer_corp_code)) AS employer (corp_code)
    WHERE person.id_hash = filled.id_hash AND employer.corp_code IS NOT NULL
) AS known ON TRUE
ORDER BY lead.post_code, filled.person_id;
