-- Drop staged findings that another rule explains: the same field of the same object, found by a rule this one gives way to.
-- Reads staged_rule; deletes from staged_finding. A field has two spellings: the municipal column and the name on the wire.
DELETE FROM staged_finding AS told
USING staged_rule AS rule, staged_finding AS cause
WHERE
    rule.rule_id = told.rule_id AND cause.rule_id = any(rule.gives_way_to)
    AND cause.object = told.object AND cause.object_key = told.object_key
    AND lower(translate(cause.field, '_', '')) = lower(translate(told.field, '_', ''));
