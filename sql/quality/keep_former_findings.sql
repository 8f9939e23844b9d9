-- Bring the history of :work_date in step before its findings are: what this run no longer made is kept as gone, what it made again
-- is gone no longer; with :rule_ids, of these rules. What a rule found that could say nothing is not gone. Reads staged_finding,
-- staged_unknown_rule, quality.finding; writes quality.former_finding of that date.
WITH back AS (
    DELETE FROM quality.former_finding AS former
    USING staged_finding AS found
    WHERE
        former.work_date = :work_date
        AND found.rule_id = former.rule_id AND found.object = former.object
        AND found.object_key = former.object_key AND found.field = former.field
)

INSERT INTO quality.former_finding (
    work_date, rule_id, object, object_key, field, severity, project_code, area_code, expected, actual, owner, remedy,
    found_at, gone_at
)
SELECT
    kept.work_date,
    kept.rule_id,
    kept.object,
    kept.object_key,
    kept.field,
    kept.severity,
    kept.project_code,
    kept.area_code,
    kept.expected,
    kept.actual,
    kept.owner,
    kept.remedy,
    kept.found_at,
    :gone_at
FROM quality.finding AS kept
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
