-- Take away the findings of :work_date that this run no longer made; with :rule_ids, of these rules.
-- Those of a rule that could say nothing stand as they were (quality.unknown_rule marks them): not found is not gone.
-- Reads staged_finding and staged_unknown_rule; deletes from quality.finding of that date only.
DELETE FROM quality.finding AS kept
WHERE
    kept.work_date = :work_date
    AND (cast(:rule_ids AS text[]) IS NULL OR kept.rule_id = any(cast(:rule_ids AS text[])))
    AND NOT EXISTS (
        SELECT 1 FROM staged_finding AS found
        WHERE
            found.rule_id = kept.rule_id AND found.object = kept.object
            AND found.object_key = kept.object_key AND found.field = kept.field
    )
    AND NOT EXISTS (
        SELECT 1 FROM staged_unknown_rule AS mute
        WHERE mute.rule_id = kept.rule_id
    );
