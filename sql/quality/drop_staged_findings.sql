-- Forget what the rules :rule_ids staged before they broke. Deletes from staged_finding.
DELETE FROM staged_finding
WHERE rule_id = any(cast(:rule_ids AS text[]));
