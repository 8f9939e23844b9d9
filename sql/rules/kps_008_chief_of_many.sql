-- Chief supervision engineers (:post_code) on :work_date with more than :most_contracts contracts: found on each from the next one on, in the
-- order in which they came to them. Reads key posts as filled and core.current_project; a contract ends with the works and not with a stop.
WITH contract AS (
    SELECT
        filled.object_key,
        filled.project_code,
        row_number() OVER came AS place,
        string_agg(filled.project_code, ', ') OVER came AS contracts
    FROM quality.post_filled AS filled
    INNER JOIN core.current_project AS project ON project.project_code = filled.project_code
    WHERE
        filled.post_code = :post_code AND filled.id_hash IS NOT NULL
        AND quality.holds_on(filled.start_date, filled.end_date, :work_date)
        AND project.prj_status IS DISTINCT FROM '004'
        AND coalesce(project.actual_complete_date > :work_date, TRUE)
    WINDOW came AS (
        PARTITION BY filled.id_hash
        ORDER BY filled.start_date NULLS FIRST, filled.project_code
        ROWS UNBOUNDED PRECEDING
    )
)

SELECT
    object_key,
    'projectCode' AS field,
    project_code,
    concat('at most ', cast(:most_contracts AS integer), ' contracts') AS expected,
    concat('contract number ', place, ' of ', contracts) AS actual
FROM contract
WHERE place > :most_contracts;
