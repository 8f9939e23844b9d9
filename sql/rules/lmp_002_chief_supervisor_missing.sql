-- Projects under construction with a supervision company whose chief supervision engineer's post nobody holds on :work_date.
-- Reads core.key_post_filled and what the integrity platform appointed; :post_code is the post.
SELECT
    project.project_code AS object_key,
    concat('postCode:', cast(:post_code AS text)) AS field,
    project.project_code,
    coalesce(
        (
            SELECT
                string_agg(
                    concat_ws(' ', quality.masked_name(appointed.name), appointed.id_mask), ', ' ORDER BY appointed.person_id
                )
            FROM quality.appointment AS appointed
            WHERE
                appointed.project_code = project.project_code AND appointed.post_code = :post_code
                AND quality.holds_on(appointed.start_date, appointed.end_date, :work_date)
        ),
        'somebody'
    ) AS expected,
    'nobody' AS actual
FROM quality.project_under_construction AS project
WHERE
    project.supervision_corp_code IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.key_post_filled AS filled
        WHERE
            filled.project_code = project.project_code AND filled.post_code = :post_code
            AND quality.holds_on(filled.start_date, filled.end_date, :work_date)
    );
