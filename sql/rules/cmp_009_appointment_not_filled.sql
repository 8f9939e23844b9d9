-- Persons appointed on the integrity platform on :work_date to posts other than G01 and J01 who are not stated on site.
-- Reads key posts as appointed and as filled. Other days on site are CMP-005; a post filled under an unreadable number is
-- IDN-001.
SELECT
    concat_ws('|', appointed.project_code, appointed.post_code, appointed.person_id) AS object_key,
    '' AS field,
    appointed.project_code,
    concat_ws(' ', quality.masked_name(appointed.name), appointed.id_mask) AS expected,
    cast(NULL AS text) AS actual
FROM quality.appointment AS appointed
INNER JOIN quality.project_under_construction AS project ON project.project_code = appointed.project_code
WHERE
    appointed.post_code NOT IN ('G01', 'J01')
    AND quality.holds_on(appointed.start_date, appointed.end_date, :work_date)
    AND NOT EXISTS (
        SELECT 1 FROM quality.post_filled AS filled
        WHERE
            filled.project_code = appointed.project_code AND filled.post_code = appointed.post_code
            AND (filled.id_hash = appointed.id_hash OR filled.id_hash IS NULL)
    );
