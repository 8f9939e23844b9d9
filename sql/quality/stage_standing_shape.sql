-- Stage what these :parts of the suites of :objects found on :work_date when they were last asked. Reads quality.shape_result; writes staged_finding.
INSERT INTO staged_finding (rule_id, object, object_key, field, project_code, expected, actual)
SELECT
    found.rule_id,
    kept.object,
    found.object_key,
    found.field,
    found.project_code,
    found.expected,
    found.actual
FROM quality.shape_result AS kept
CROSS JOIN
    LATERAL jsonb_to_recordset(kept.found)
        AS found (
            rule_id text, object_key text, field text, project_code text, expected text, actual text
        )
WHERE
    kept.work_date = cast(:work_date AS date)
    AND (kept.object, kept.part) IN (SELECT * FROM unnest(cast(:objects AS text[]), cast(:parts AS text[])));
