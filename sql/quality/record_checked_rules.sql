-- Record which rules looked at :work_date: those staged, but for the broken ones and those that could say nothing; of a whole check
-- (:is_whole) also those that are no longer in force and so find nothing. Reads staged_rule, staged_unknown_rule, quality.checked_rule;
-- writes quality.checked_rule of that date only.
INSERT INTO quality.checked_rule AS known (work_date, rule_id, object, scope, checked_at, pulled_until)
SELECT
    :work_date,
    looked.rule_id,
    looked.object,
    looked.scope,
    :checked_at,
    :pulled_until
FROM (
    SELECT
        rule.rule_id,
        about.object,
        about.scope
    FROM staged_rule AS rule
    CROSS JOIN LATERAL unnest(rule.objects, rule.scopes) AS about (object, scope)
    WHERE
        rule.rule_id <> all(cast(:broken_ids AS text[]))
        AND NOT EXISTS (
            SELECT 1 FROM staged_unknown_rule AS mute
            WHERE mute.rule_id = rule.rule_id
        )
    UNION
    SELECT DISTINCT ON (retired.rule_id, retired.object)
        retired.rule_id,
        retired.object,
        retired.scope
    FROM quality.checked_rule AS retired
    LEFT JOIN staged_rule AS present ON present.rule_id = retired.rule_id
    WHERE :is_whole AND present.rule_id IS NULL
) AS looked
ON CONFLICT (work_date, rule_id, object) DO UPDATE
    SET scope = excluded.scope, checked_at = excluded.checked_at, pulled_until = excluded.pulled_until;
