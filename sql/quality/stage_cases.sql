-- For each cause and subject that has a case, a finding of :work_date or a lit lamp: what is known of it now. Reads staged_case_rule,
-- staged_case_finding, quality.lamp, quality.warning_case and which dates were checked. Lamps are as they stand now, whatever the date.
-- `is_unknown`: the rule broke on the date, or its shared data were stale (quality.unknown_rule), so it says nothing of it.
CREATE TEMPORARY TABLE staged_case ON COMMIT DROP AS
WITH found AS (
    SELECT
        cause,
        subject,
        min(project_code) AS project_code,
        min(finding_id) AS finding_id
    FROM staged_case_finding
    GROUP BY cause, subject
),

lit AS (
    SELECT DISTINCT ON (rule.cause, lamp.project_code)
        rule.cause,
        lamp.project_code AS subject,
        lamp.project_code,
        lamp.rule_code,
        lamp.lamp_id,
        lamp.lit_at
    FROM quality.lamp AS lamp
    INNER JOIN staged_case_rule AS rule ON rule.rule_code = lamp.rule_code
    WHERE lamp.cleared_at IS NULL
    ORDER BY rule.cause, lamp.project_code, lamp.lit_at, lamp.lamp_id
),

newest AS (
    SELECT DISTINCT ON (cause, subject)
        *,
        cast(state_since AT TIME ZONE 'Asia/Shanghai' AS date) AS state_day
    FROM quality.warning_case
    ORDER BY cause ASC, subject ASC, case_id DESC
),

subject AS (
    SELECT
        cause,
        subject
    FROM found
    UNION
    SELECT
        cause,
        subject
    FROM lit
    UNION
    SELECT
        cause,
        subject
    FROM newest
)

SELECT
    subject.cause,
    subject.subject,
    coalesce(found.project_code, lit.project_code, newest.project_code) AS project_code,
    rule.rule_id,
    coalesce(lit.rule_code, rule.rule_code) AS rule_code,
    rule.level,
    rule.due_days,
    rule.closes,
    EXISTS (
        SELECT FROM quality.broken_rule AS broken
        WHERE broken.work_date = cast(:work_date AS date) AND broken.rule_id = rule.rule_id
    )
    OR EXISTS (
        SELECT FROM quality.unknown_rule AS mute
        WHERE mute.work_date = cast(:work_date AS date) AND mute.rule_id = rule.rule_id
    ) AS is_unknown,
    found.finding_id,
    lit.lamp_id,
    lit.lit_at,
    newest.case_id,
    newest.state,
    newest.state_day,
    newest.state_since,
    newest.found_on,
    newest.gone_on,
    newest.lamp_id AS known_lamp_id,
    known_lamp.lamp_id IS NOT NULL AND known_lamp.cleared_at IS NULL AS known_lamp_is_lit,
    cast(:work_date AS date) >= (SELECT max(checked.work_date) FROM quality.checked_read AS checked) AS is_newest_date,
    found.finding_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM quality.warning_case_finding AS evidence
        INNER JOIN quality.warning_case AS older ON older.case_id = evidence.case_id
        WHERE
            older.cause = subject.cause AND older.subject = subject.subject AND evidence.work_date = cast(:work_date AS date)
    ) AS is_news_of_the_date
FROM subject
INNER JOIN staged_case_rule AS rule ON rule.cause = subject.cause
LEFT JOIN found ON found.cause = subject.cause AND found.subject = subject.subject
LEFT JOIN lit ON lit.cause = subject.cause AND lit.subject = subject.subject
LEFT JOIN newest ON newest.cause = subject.cause AND newest.subject = subject.subject
LEFT JOIN quality.lamp AS known_lamp ON known_lamp.lamp_id = newest.lamp_id;
