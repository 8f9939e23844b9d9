-- Drop what rules found that can say nothing in this run. Reads staged_unknown_rule; deletes from staged_finding.
DELETE FROM staged_finding AS told
USING staged_unknown_rule AS mute
WHERE mute.rule_id = told.rule_id;
