-- For the four principal leads of :project_code on :work_date (G01 project, G02 technical, G03 quality, G04 safety): is nobody in the post, or
-- did the person not punch in the :days days up to then? Reads key posts as filled, and the punches of the project. Without any punch of the
-- project nobody's absence can be told.
WITH reached AS (
    SELECT
        person_id,
        max(work_date) AS last_date
    FROM core.punch
    WHERE
        work_date BETWEEN cast(:work_date AS date) - cast(:days AS integer) AND cast(:work_date AS date)
        AND project_code = :project_code AND withdrawn_at IS NULL
    GROUP BY person_id
)

SELECT
    CASE
        WHEN filled.person_id IS NULL THEN 'yes'
        WHEN own.last_date IS NOT NULL THEN 'no'
        WHEN EXISTS (SELECT FROM reached) THEN 'yes'
        ELSE 'cannot tell'
    END AS answer,
    concat_ws(' ', lead.post_code, lead.post_name) AS about,
    CASE
        WHEN filled.person_id IS NULL THEN 'nobody is in the post'
        WHEN own.last_date IS NOT NULL THEN concat(quality.masked_name(filled.name), ' punched last on ', own.last_date)
        WHEN EXISTS (SELECT FROM reached)
            THEN concat(quality.masked_name(filled.name), ' did not punch in ', cast(:days AS integer), ' days')
        ELSE concat(quality.masked_name(filled.name), '; no punch of the project was read for these days')
    END AS detail
FROM (
    VALUES ('G01', 'project manager'), ('G02', 'technical lead'), ('G03', 'quality'), ('G04', 'safety')
) AS lead (post_code, post_name)
LEFT JOIN quality.post_filled AS filled
    ON
        filled.project_code = :project_code AND filled.post_code = lead.post_code
        AND quality.holds_on(filled.start_date, filled.end_date, cast(:work_date AS date))
LEFT JOIN reached AS own ON own.person_id = filled.person_id
ORDER BY lead.post_code, filled.person_id;
