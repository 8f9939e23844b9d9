-- Put the rules that broke on :work_date in the place of those of the last check; of the rules :rule_ids if given, else all.
-- :broken_ids, :severities, :errors and :sqlstates stand side by side. Writes quality.broken_rule of that date only.
WITH mended AS (
    DELETE FROM quality.broken_rule
    WHERE
        work_date = :work_date
        AND (cast(:rule_ids AS text[]) IS NULL OR rule_id = any(cast(:rule_ids AS text[])))
        AND rule_id <> all(cast(:broken_ids AS text[]))
)

INSERT INTO quality.broken_rule AS known (work_date, rule_id, severity, error, sqlstate, broken_at)
SELECT
    :work_date,
    broken.rule_id,
    broken.severity,
    broken.error,
    broken.sqlstate,
    :broken_at
FROM
    unnest(
        cast(:broken_ids AS text[]), cast(:severities AS text[]), cast(:errors AS text[]), cast(:sqlstates AS text[])
    ) AS broken (rule_id, severity, error, sqlstate)
ON CONFLICT (work_date, rule_id) DO UPDATE
    SET severity = excluded.severity, error = excluded.error, sqlstate = excluded.sqlstate, broken_at = excluded.broken_at;
