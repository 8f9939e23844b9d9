-- Projects under construction with fewer persons in a post on :work_date than their size asks for. Reads core.key_post_filled, core.person,
-- core.current_project, staged_requirement (post_minimum). A person under two municipal numbers counts once; a project whose measure is not
-- stated is not judged.
WITH demanded AS (
    SELECT DISTINCT ON (project.project_code, minimum.post_code)
        project.project_code,
        minimum.post_code,
        minimum.people,
        concat_ws(' ', minimum.measure, trim_scale(measured.amount)) AS told_by
    FROM staged_requirement AS staged
    CROSS JOIN
        LATERAL jsonb_to_record(staged.content) AS minimum (
            post_code text, categories text[], except_categories text[], measure text, amount_from numeric, people integer
        )
    CROSS JOIN core.current_project AS project
    INNER JOIN
        LATERAL (
            VALUES
            ('buildingArea', project.building_area),
            ('contractAmount', project.contract_amount)
        ) AS measured (measure, amount)
        ON measured.measure = minimum.measure
    WHERE
        staged.kind = 'post_minimum'
        AND (minimum.categories IS NULL OR project.category = any(minimum.categories))
        AND (minimum.except_categories IS NULL OR project.category <> all(minimum.except_categories))
        AND measured.amount > 0 AND measured.amount >= minimum.amount_from
    ORDER BY project.project_code ASC, minimum.post_code ASC, minimum.people DESC
),

staffed AS (
    SELECT
        filled.project_code,
        filled.post_code,
        count(DISTINCT coalesce(encode(filled.id_hash, 'hex'), filled.person_id)) AS people
    FROM quality.post_filled AS filled
    WHERE quality.holds_on(filled.start_date, filled.end_date, :work_date)
    GROUP BY filled.project_code, filled.post_code
)

SELECT
    demanded.project_code AS object_key,
    concat('postCode:', demanded.post_code) AS field,
    demanded.project_code,
    concat('at least ', demanded.people, ' by ', demanded.told_by) AS expected,
    cast(coalesce(staffed.people, 0) AS text) AS actual
FROM demanded
INNER JOIN quality.project_under_construction AS project ON project.project_code = demanded.project_code
LEFT JOIN staffed ON staffed.project_code = demanded.project_code AND staffed.post_code = demanded.post_code
WHERE coalesce(staffed.people, 0) < demanded.people;
