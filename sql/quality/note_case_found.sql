-- Note that :work_date still finds what a case is about, for the newest case of each, open or closed; one that was put right according to
-- a statement made before that date goes back to rectifying. Reads staged_case; writes quality.warning_case and its history.
-- A date before the newest one known changes nothing.
WITH found AS (
    UPDATE quality.warning_case AS kept
    SET
        found_on = cast(:work_date AS date),
        gone_on = NULL,
        state = CASE WHEN staged.goes_back THEN 'rectifying' ELSE kept.state END,
        state_since = CASE WHEN staged.goes_back THEN cast(:now AS timestamptz) ELSE kept.state_since END
    FROM (
        SELECT
            *,
            state = 'rechecked' OR (state = 'submitted' AND cast(:work_date AS date) > state_day) AS goes_back
        FROM staged_case
    ) AS staged
    WHERE
        kept.case_id = staged.case_id AND kept.state = staged.state AND staged.finding_id IS NOT NULL AND NOT staged.is_unknown
        AND (kept.found_on IS NULL OR kept.found_on <= cast(:work_date AS date))
        AND (kept.gone_on IS NULL OR (kept.gone_on <= cast(:work_date AS date) AND kept.state <> 'closed'))
        AND (staged.goes_back OR kept.found_on IS DISTINCT FROM cast(:work_date AS date) OR kept.gone_on IS NOT NULL)
    RETURNING kept.case_id, staged.goes_back, staged.state AS former_state
)

INSERT INTO quality.warning_case_event (case_id, at, from_state, to_state, by_whom, note)
SELECT
    case_id,
    :now,
    former_state,
    'rectifying',
    'check',
    concat('still found on ', cast(:work_date AS date))
FROM found
WHERE goes_back;
