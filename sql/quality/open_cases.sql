-- Open a case where there is none for a finding of :work_date or for a lit lamp. Reads staged_case; writes quality.warning_case and its
-- history. A state that a later date no longer shows opens none; an event is taken up whenever it is found. Nothing is opened within
-- :recurrence_days of the closing: that is the same case again, or what a person closed.
WITH opened AS (
    INSERT INTO quality.warning_case (
        project_code, cause, subject, rule_id, rule_code, finding_id, lamp_id, level, state, raised_at, due_date, state_since, found_on
    )
    SELECT
        project_code,
        cause,
        subject,
        rule_id,
        rule_code,
        finding_id,
        lamp_id,
        level,
        'raised',
        :now AS raised_at,
        cast(:today AS date) + due_days,
        :now AS state_since,
        CASE WHEN finding_id IS NOT NULL THEN cast(:work_date AS date) END
    FROM staged_case
    WHERE
        (
            finding_id IS NOT NULL AND NOT is_unknown
            AND (is_newest_date OR (closes = 'a person' AND is_news_of_the_date))
            AND (case_id IS NULL OR (state = 'closed' AND cast(:work_date AS date) > state_day + cast(:recurrence_days AS integer)))
        )
        OR (
            lamp_id IS NOT NULL
            AND (
                case_id IS NULL
                OR (
                    state = 'closed'
                    AND cast(lit_at AT TIME ZONE 'Asia/Shanghai' AS date) > state_day + cast(:recurrence_days AS integer)
                )
            )
        )
    RETURNING case_id, finding_id, lamp_id
)

INSERT INTO quality.warning_case_event (case_id, at, from_state, to_state, by_whom, note)
SELECT
    case_id,
    :now,
    NULL,
    'raised',
    'check',
    concat_ws(
        '; ',
        'found on ' || CASE WHEN finding_id IS NOT NULL THEN cast(:work_date AS date) END,
        'lamp ' || lamp_id || ' is lit'
    )
FROM opened;
