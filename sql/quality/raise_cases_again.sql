-- Raise a closed case again where it recurs within :recurrence_days: it had been gone and is found on :work_date, a further event was
-- found, or a lamp was lit that it did not know. Reads staged_case; writes quality.warning_case and its history.
WITH recurring AS (
    SELECT
        case_id,
        lamp_id,
        due_days,
        coalesce(
            finding_id IS NOT NULL AND NOT is_unknown
            AND CASE
                WHEN closes = 'a person' THEN cast(:work_date AS date) > coalesce(found_on, date '-infinity') AND is_news_of_the_date
                ELSE gone_on IS NOT NULL AND cast(:work_date AS date) >= gone_on
            END
            AND cast(:work_date AS date) <= state_day + cast(:recurrence_days AS integer),
            FALSE
        ) AS is_found,
        coalesce(
            lamp_id IS NOT NULL AND (lamp_id IS DISTINCT FROM known_lamp_id OR lit_at > state_since)
            AND cast(lit_at AT TIME ZONE 'Asia/Shanghai' AS date) <= state_day + cast(:recurrence_days AS integer),
            FALSE
        ) AS is_lit
    FROM staged_case
    WHERE state = 'closed'
),

raised AS (
    UPDATE quality.warning_case AS kept
    SET
        state = 'raised',
        state_since = :now,
        due_date = cast(:today AS date) + recurring.due_days,
        recurrences = kept.recurrences + 1,
        found_on = CASE WHEN recurring.is_found THEN greatest(kept.found_on, cast(:work_date AS date)) ELSE kept.found_on END,
        gone_on = CASE WHEN recurring.is_found THEN NULL ELSE kept.gone_on END,
        lamp_id = coalesce(recurring.lamp_id, kept.lamp_id)
    FROM recurring
    WHERE kept.case_id = recurring.case_id AND (recurring.is_found OR recurring.is_lit)
    RETURNING kept.case_id, recurring.is_found, recurring.is_lit, recurring.lamp_id
)

INSERT INTO quality.warning_case_event (case_id, at, from_state, to_state, by_whom, note)
SELECT
    case_id,
    :now,
    'closed',
    'raised',
    'check',
    concat_ws(
        '; ',
        'found again on ' || CASE WHEN is_found THEN cast(:work_date AS date) END,
        'lamp ' || CASE WHEN is_lit THEN lamp_id END || ' was lit'
    )
FROM raised;
