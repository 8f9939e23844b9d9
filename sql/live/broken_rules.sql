-- The rules that could not be carried out when :work_date was last checked. Reads quality.broken_rule. Writes nothing.
SELECT
    rule_id,
    severity,
    error,
    broken_at
FROM quality.broken_rule
WHERE work_date = cast(:work_date AS date)
ORDER BY rule_id;
