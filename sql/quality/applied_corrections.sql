-- The corrections that were applied, and what the warehouse has seen of that since: the newest version of the shared row that was pulled,
-- whether the rule has looked after that pull was complete, and whether it still finds the field to differ.
-- Reads quality.correction, quality.newest_look, quality.finding, raw.integrity_row.
SELECT
    asked.correction_id,
    asked.state,
    asked.source_version,
    pulled.source_version AS pulled_version,
    coalesce(look.pulled_until >= pulled.pulled_at, FALSE) AS is_looked_at,
    found.rule_id IS NOT NULL AS still_differs
FROM quality.correction AS asked
LEFT JOIN quality.newest_look AS look ON look.rule_id = asked.rule_id AND look.object = asked.object
LEFT JOIN LATERAL (
    SELECT
        version.source_version,
        version.pulled_at
    FROM raw.integrity_row AS version
    WHERE version.object = asked.object_type AND version.source_id = asked.source_id
    ORDER BY version.source_version DESC
    LIMIT 1
) AS pulled ON TRUE
LEFT JOIN quality.finding AS found
    ON
        found.work_date = look.work_date AND found.rule_id = asked.rule_id AND found.object = asked.object
        AND found.object_key = asked.object_key AND found.field = asked.field
WHERE asked.state IN ('applied', 'reopened')
ORDER BY asked.correction_id;
