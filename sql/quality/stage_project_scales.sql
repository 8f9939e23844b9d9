-- The scale of each project (01 large, 02 medium, 03 small): as the integrity platform states it, else the largest that one of its measures
-- gives it, with what it was told by. A project that nothing is known of is not in it. Reads core.current_project and staged_requirement; makes
-- staged_project_scale, which lasts as long as the transaction.
CREATE TEMPORARY TABLE staged_project_scale ON COMMIT DROP AS
WITH measured AS (
    SELECT
        project.project_code,
        project.category,
        coalesce(project.function_num, '') AS function_num,
        reading.measure,
        reading.amount,
        -- Without a span or an area a building is measured by its contract.
        coalesce(project.floors, 0) <= 0 AND coalesce(project.max_span, 0) <= 0 AND coalesce(project.building_area, 0) <= 0 AS is_unmeasured
    FROM core.current_project AS project
    CROSS JOIN
        LATERAL (
            VALUES
            ('floors', cast(project.floors AS numeric)),
            ('maxSpan', project.max_span),
            ('buildingArea', project.building_area),
            ('contractAmount', project.contract_amount)
        ) AS reading (measure, amount)
    WHERE reading.amount > 0 -- an empty field is often stored as 0
),

told AS (
    SELECT
        project_code,
        prj_size AS scale,
        concat('prjSize ', prj_size) AS told_by,
        1 AS preference
    FROM core.current_project
    WHERE prj_size IN ('01', '02', '03')
    UNION ALL
    SELECT
        measured.project_code,
        CASE
            WHEN measured.amount >= limits.large_from THEN '01' WHEN measured.amount >= limits.medium_from THEN '02' ELSE '03'
        END,
        concat_ws(' ', measured.measure, trim_scale(measured.amount), staged.requirement_id),
        2
    FROM staged_requirement AS staged
    CROSS JOIN
        LATERAL jsonb_to_record(staged.content) AS limits (
            category text, measure text, medium_from numeric, large_from numeric, functions text[], except_functions text[],
            only_unmeasured boolean
        )
    INNER JOIN measured ON measured.category = limits.category AND measured.measure = limits.measure
    WHERE
        staged.kind = 'project_scale'
        AND (limits.functions IS NULL OR measured.function_num = any(limits.functions))
        AND (limits.except_functions IS NULL OR measured.function_num <> all(limits.except_functions))
        AND (measured.is_unmeasured OR NOT coalesce(limits.only_unmeasured, FALSE))
)

SELECT DISTINCT ON (project_code)
    project_code,
    scale,
    told_by
FROM told
ORDER BY project_code, preference, scale, told_by;
