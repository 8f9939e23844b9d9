-- Take away the marks of :work_date on rules that could say something again in this run; with :rule_ids, on these rules.
-- Reads staged_unknown_rule; deletes from quality.unknown_rule of that date only.
DELETE FROM quality.unknown_rule AS kept
WHERE
    kept.work_date = :work_date
    AND (cast(:rule_ids AS text[]) IS NULL OR kept.rule_id = any(cast(:rule_ids AS text[])))
    AND NOT EXISTS (
        SELECT 1 FROM staged_unknown_rule AS mute
        WHERE mute.rule_id = kept.rule_id AND mute.shared_object = kept.shared_object
    );
