-- Collect a day's findings with project, district and their life over all days, and whether :previous_date had them, the date checked
-- before; not the muted ones. Reads marts.counted_finding, quality.finding; :work_date. Of the projects :project_codes only,
-- and of findings of no project those in :area_code, where given.
-- Writes the temporary table reported_finding, which ends with the transaction.
CREATE TEMPORARY TABLE reported_finding ON COMMIT DROP AS
WITH today AS (
    SELECT finding.*
    FROM marts.counted_finding AS finding
    WHERE
        finding.work_date = cast(:work_date AS date)
        AND (
            cast(:project_codes AS text[]) IS NULL OR finding.project_code = any(cast(:project_codes AS text[]))
            OR (finding.project_code IS NULL AND quality.lies_within(finding.area_code, cast(:area_code AS text)))
        )
),

life AS (
    SELECT
        past.rule_id,
        past.object,
        past.object_key,
        past.field,
        min(past.work_date) AS first_seen,
        max(past.work_date) AS last_seen,
        count(*) AS days_seen,
        bool_or(past.work_date = cast(:previous_date AS date)) AS was_there
    FROM quality.finding AS past
    INNER JOIN today
        ON
            today.rule_id = past.rule_id AND today.object = past.object
            AND today.object_key = past.object_key AND today.field = past.field
    GROUP BY past.rule_id, past.object, past.object_key, past.field
)

SELECT
    today.rule_id,
    today.severity,
    today.object,
    today.object_key,
    today.field,
    today.expected,
    today.actual,
    today.owner,
    today.remedy,
    today.project_code,
    today.project_name,
    today.area_code,
    life.first_seen,
    life.last_seen,
    life.days_seen,
    quality.finding_id(today.rule_id, today.object, today.object_key, today.field) AS finding_id,
    cast(:previous_date AS date) IS NOT NULL AND NOT coalesce(life.was_there, FALSE) AS is_new
FROM today
INNER JOIN life
    ON
        life.rule_id = today.rule_id AND life.object = today.object
        AND life.object_key = today.object_key AND life.field = today.field;
