-- Persons in key posts on :work_date of projects under construction whom the integrity platform does not have at all.
-- Reads key posts as filled and core.current_person. A number that cannot be read says nothing (IDN-001).
SELECT
    filled.object_key,
    'personId' AS field,
    filled.project_code,
    'a person of the integrity platform' AS expected,
    concat_ws(' ', quality.masked_name(filled.name), filled.id_mask) AS actual
FROM quality.post_filled AS filled
INNER JOIN quality.project_under_construction AS project ON project.project_code = filled.project_code
WHERE
    filled.id_hash IS NOT NULL
    AND quality.holds_on(filled.start_date, filled.end_date, :work_date)
    AND NOT EXISTS (
        SELECT 1 FROM core.current_person AS person
        WHERE person.id_hash = filled.id_hash
    );
