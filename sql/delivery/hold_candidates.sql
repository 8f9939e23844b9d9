-- Keep back the candidates that something stands against, with its reason of today. Reads candidate; writes delivery.backlog.
INSERT INTO delivery.backlog AS kept (work_date, project_code, target, punch_id, rule_id, reason)
SELECT
    :work_date,
    project_code,
    :target,
    punch_id,
    rule_id,
    reason
FROM candidate
WHERE rule_id IS NOT NULL
ON CONFLICT (work_date, project_code, target, punch_id) DO UPDATE
    SET rule_id = excluded.rule_id, reason = excluded.reason
    WHERE (kept.rule_id, kept.reason) IS DISTINCT FROM (excluded.rule_id, excluded.reason);
