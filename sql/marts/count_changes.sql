-- How the findings of :work_date differ from those of :previous_date, by rule: new, gone, still open. Of the projects :project_codes
-- only (and of findings of no project those in :area_code), where given. A finding that is muted on a date is in no figure of it, and is there
-- all the same: it is neither gone nor, once it is muted no longer, new. Reads quality.finding, quality.muted_finding. Writes nothing.
WITH scoped AS (
    SELECT
        finding.work_date,
        finding.rule_id,
        finding.object,
        finding.object_key,
        finding.field,
        finding.severity,
        muted.work_date IS NULL AS is_counted
    FROM quality.finding AS finding
    LEFT JOIN quality.muted_finding AS muted
        ON
            muted.work_date = finding.work_date AND muted.rule_id = finding.rule_id AND muted.object = finding.object
            AND muted.object_key = finding.object_key AND muted.field = finding.field
    WHERE
        finding.work_date IN (cast(:work_date AS date), cast(:previous_date AS date))
        AND (
            cast(:project_codes AS text[]) IS NULL
            OR finding.project_code = any(cast(:project_codes AS text[]))
            OR (finding.project_code IS NULL AND quality.lies_within(finding.area_code, cast(:area_code AS text)))
        )
)

SELECT
    coalesce(today.rule_id, former.rule_id) AS rule_id,
    min(coalesce(today.severity, former.severity)) AS severity,
    count(*) FILTER (WHERE former.rule_id IS NULL AND today.is_counted) AS appeared,
    count(*) FILTER (WHERE today.rule_id IS NULL AND former.is_counted) AS gone,
    count(*) FILTER (WHERE former.rule_id IS NOT NULL AND today.is_counted) AS still_open
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
HAVING bool_or(coalesce(today.is_counted, former.is_counted))
ORDER BY rule_id;
