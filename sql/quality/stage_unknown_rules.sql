-- Which rules of this run can say nothing, and for want of which shared object: those that rest on one that was found to be stale, which is
-- a finding on an object of the kind shared_object. Reads staged_finding and staged_rule; makes staged_unknown_rule, which lasts as long as
-- the transaction.
CREATE TEMPORARY TABLE staged_unknown_rule ON COMMIT DROP AS
SELECT DISTINCT
    rule.rule_id,
    stale.object_key AS shared_object
FROM staged_finding AS stale
INNER JOIN staged_rule AS rule ON stale.object_key = any(rule.rests_on)
WHERE stale.object = 'shared_object';
