-- Mark the rules that could say nothing of :work_date in this run; one that was marked before keeps the instant :checked_at of then.
-- Reads staged_unknown_rule; writes quality.unknown_rule of that date only.
INSERT INTO quality.unknown_rule (work_date, rule_id, shared_object, unknown_since)
SELECT
    :work_date,
    rule_id,
    shared_object,
    :checked_at
FROM staged_unknown_rule
ON CONFLICT (work_date, rule_id, shared_object) DO NOTHING;
