-- Write which rule computes which lamp, as :rule_codes and :rule_ids pair them, and nothing else. Writes quality.lamp_rule.
MERGE INTO quality.lamp_rule AS kept
USING unnest(cast(:rule_codes AS text[]), cast(:rule_ids AS text[])) AS told (rule_code, rule_id)
    ON told.rule_code = kept.rule_code
WHEN MATCHED AND kept.rule_id <> told.rule_id THEN UPDATE SET rule_id = told.rule_id
WHEN NOT MATCHED BY TARGET THEN INSERT (rule_code, rule_id) VALUES (told.rule_code, told.rule_id)
WHEN NOT MATCHED BY SOURCE THEN DELETE;
