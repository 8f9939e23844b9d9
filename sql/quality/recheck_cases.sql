-- Note that :work_date no longer finds what a case is about, or that the lamp of a case that only a lamp told of is out, and recheck it.
-- Reads staged_case; writes quality.warning_case and its history. Only a date after the newest one that found it says so, and never
-- while the shared data it rests on are stale.
WITH gone AS (
    UPDATE quality.warning_case AS kept
    SET
        gone_on = CASE WHEN kept.found_on IS NOT NULL THEN coalesce(kept.gone_on, cast(:work_date AS date)) END,
        state = CASE WHEN staged.is_rechecked THEN 'rechecked' ELSE kept.state END,
        state_since = CASE WHEN staged.is_rechecked THEN cast(:now AS timestamptz) ELSE kept.state_since END
    FROM (
        SELECT
            *,
            state NOT IN ('closed', 'rechecked') AS is_rechecked
        FROM staged_case
    ) AS staged
    WHERE
        kept.case_id = staged.case_id AND kept.state = staged.state AND staged.closes = 'when gone'
        AND CASE
            WHEN kept.found_on IS NULL THEN staged.is_rechecked AND staged.known_lamp_id IS NOT NULL AND staged.lamp_id IS NULL
            ELSE
                staged.finding_id IS NULL AND NOT staged.is_unknown AND cast(:work_date AS date) > kept.found_on
                AND (staged.is_rechecked OR kept.gone_on IS NULL)
        END
    RETURNING kept.case_id, kept.found_on, kept.lamp_id, staged.state AS former_state, staged.is_rechecked
)

INSERT INTO quality.warning_case_event (case_id, at, from_state, to_state, by_whom, note)
SELECT
    case_id,
    :now,
    former_state,
    'rechecked',
    'check',
    CASE
        WHEN found_on IS NULL THEN concat('the platform put lamp ', lamp_id, ' out')
        ELSE concat('not found on ', cast(:work_date AS date))
    END
FROM gone
WHERE is_rechecked;
