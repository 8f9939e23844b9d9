-- How the findings of :work_date differ from those of :previous_date, by rule: new, gone, still open. Of the projects :project_codes
-- only (and of findings of no project those in :area_code), where given. Reads quality.finding, marts.project. Writes nothing.
WITH scoped AS (
    SELECT
        work_date,
        rule_id,
        object,
        object_key,
        field,
        severity
    FROM quality.finding
    WHERE
        work_date IN (cast(:work_date AS date), cast(:previous_date AS date))
        AND (
            cast(:project_codes AS text[]) IS NULL
            OR project_code = any(cast(:project_codes AS text[]))
            OR (project_code IS NULL AND quality.lies_within(area_code, cast(:area_code AS text)))
        )
)

SELECT
    coalesce(today.rule_id, former.rule_id) AS rule_id,
    min(coalesce(today.severity, former.severity)) AS severity,
    count(*) FILTER (WHERE former.rule_id IS NULL) AS appeared,
    count(*) FILTER (WHERE today.rule_id IS NULL) AS gone,
    count(*) FILTER (WHERE today.rule_id IS NOT NULL AND former.rule_id IS NOT NULL) AS still_open
FROM (
    SELECT * FROM scoped
    WHERE work_date = cast(:work_date AS date)
) AS today
FULL JOIN (
    SELECT * FROM scoped
    WHERE work_date = cast(:previous_date AS date)
) AS former
    ON
        former.rule_id = today.rule_id AND former.object = today.object AND former.object_key = today.object_key
        AND former.field = today.field
GROUP BY coalesce(today.rule_id, former.rule_id)
ORDER BY rule_id;
