-- What a mute would be about: findings on the last date that the rule :rule_id looked at, those that keep rows back, and that date.
-- Of one finding (:finding_id) or one project (:project_code) if given. Reads quality.newest_look, quality.finding.
SELECT
    count(*) AS findings,
    count(*) FILTER (WHERE finding.severity = 'stop') AS stops,
    max(finding.work_date) AS last_seen
FROM quality.finding AS finding
WHERE
    finding.rule_id = :rule_id
    AND (
        (
            cast(:finding_id AS text) IS NOT NULL
            AND quality.finding_id(finding.rule_id, finding.object, finding.object_key, finding.field) = cast(:finding_id AS text)
            AND finding.work_date = (
                SELECT max(life.last_seen) FROM quality.finding_state AS life
                WHERE life.finding_id = cast(:finding_id AS text)
            )
        )
        OR (
            cast(:finding_id AS text) IS NULL
            AND finding.work_date = (
                SELECT max(look.work_date) FROM quality.newest_look AS look
                WHERE look.rule_id = :rule_id
            )
            AND (cast(:project_code AS text) IS NULL OR finding.project_code = cast(:project_code AS text))
        )
    );
