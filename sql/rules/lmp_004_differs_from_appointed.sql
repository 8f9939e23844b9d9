-- Persons in the posts G01 and J01 on :work_date who are not among those the integrity platform has for that project and
-- post then. Reads key posts as filled and as appointed. A post nobody is appointed to says nothing, nor does a number that
-- cannot be read.
SELECT
    filled.object_key,
    'personId' AS field,
    filled.project_code,
    appointed.persons AS expected,
    concat_ws(' ', quality.masked_name(filled.name), filled.id_mask) AS actual
FROM quality.post_filled AS filled
INNER JOIN quality.project_under_construction AS project ON project.project_code = filled.project_code
INNER JOIN (
    SELECT
        project_code,
        post_code,
        array_agg(id_hash) AS id_hashes,
        string_agg(concat_ws(' ', quality.masked_name(name), id_mask), ', ' ORDER BY person_id) AS persons
    FROM quality.appointment
    WHERE post_code IN ('G01', 'J01') AND quality.holds_on(start_date, end_date, :work_date)
    GROUP BY project_code, post_code
) AS appointed ON appointed.project_code = filled.project_code AND appointed.post_code = filled.post_code
WHERE
    quality.holds_on(filled.start_date, filled.end_date, :work_date)
    AND filled.id_hash <> all(appointed.id_hashes);
