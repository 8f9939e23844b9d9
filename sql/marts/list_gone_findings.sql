-- The findings of :previous_date that :work_date no longer has, at most :cap of each rule; scoped as in count_changes.
-- What is muted now is not gone. Reads marts.counted_finding, quality.finding. Writes nothing.
WITH gone AS (
    SELECT
        former.*,
        row_number() OVER (
            PARTITION BY former.rule_id ORDER BY former.area_code, former.project_code, former.object_key, former.field
        ) AS rank_in_rule
    FROM marts.counted_finding AS former
    WHERE
        former.work_date = cast(:previous_date AS date)
        AND (
            cast(:project_codes AS text[]) IS NULL
            OR former.project_code = any(cast(:project_codes AS text[]))
            OR (former.project_code IS NULL AND quality.lies_within(former.area_code, cast(:area_code AS text)))
        )
        AND NOT EXISTS (
            SELECT FROM quality.finding AS today
            WHERE
                today.work_date = cast(:work_date AS date) AND today.rule_id = former.rule_id
                AND today.object = former.object AND today.object_key = former.object_key AND today.field = former.field
        )
)

SELECT
    gone.*,
    gone.work_date AS first_seen,
    gone.work_date AS last_seen,
    1 AS days_seen,
    FALSE AS is_new,
    quality.finding_id(gone.rule_id, gone.object, gone.object_key, gone.field) AS finding_id
FROM gone
WHERE gone.rank_in_rule <= :cap
ORDER BY gone.rule_id, gone.rank_in_rule;
