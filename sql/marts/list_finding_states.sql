-- The findings that were seen on :work_date, with what has become of them and of their correction; at most :most of them.
-- :rule_id, :project_code, :owner and :state narrow it where they are given. Reads quality.seen_finding, quality.finding_state,
-- quality.newest_correction. Writes nothing.
WITH seen AS (
    SELECT
        *,
        quality.finding_id(rule_id, object, object_key, field) AS finding_id
    FROM quality.seen_finding
    WHERE
        work_date = cast(:work_date AS date)
        AND (cast(:rule_id AS text) IS NULL OR rule_id = cast(:rule_id AS text))
        AND (cast(:project_code AS text) IS NULL OR project_code = cast(:project_code AS text))
)

SELECT
    seen.finding_id,
    seen.rule_id,
    seen.severity,
    seen.object,
    seen.object_key,
    seen.field,
    seen.project_code,
    seen.expected,
    seen.actual,
    quality.owner_by_correction(seen.owner, asked.state, asked.ticket_no) AS owner,
    seen.remedy,
    life.first_seen,
    life.last_seen,
    life.days_seen,
    life.state,
    life.muted_until,
    asked.state AS correction_state,
    asked.ticket_no,
    asked.reject_reason
FROM seen
INNER JOIN quality.finding_state AS life
    ON
        life.rule_id = seen.rule_id AND life.object = seen.object AND life.object_key = seen.object_key
        AND life.field = seen.field
LEFT JOIN quality.newest_correction AS asked ON asked.finding_id = seen.finding_id
WHERE
    (cast(:rule_id AS text) IS NULL OR life.rule_id = cast(:rule_id AS text))
    AND (
        cast(:owner AS text) IS NULL
        OR quality.owner_by_correction(seen.owner, asked.state, asked.ticket_no) = cast(:owner AS text)
    )
    AND (cast(:state AS text) IS NULL OR life.state = cast(:state AS text))
ORDER BY seen.rule_id ASC, seen.project_code ASC, seen.object_key ASC, seen.field ASC
LIMIT cast(:most AS bigint);
