-- Tell an open case of the lamp that is lit for its cause, once its former one is out or where it had none. Reads staged_case; writes
-- quality.warning_case and its history.
WITH told AS (
    UPDATE quality.warning_case AS kept
    SET lamp_id = staged.lamp_id, rule_code = staged.rule_code
    FROM staged_case AS staged
    WHERE
        kept.case_id = staged.case_id AND kept.state <> 'closed' AND staged.lamp_id IS NOT NULL
        AND kept.lamp_id IS DISTINCT FROM staged.lamp_id AND NOT staged.known_lamp_is_lit
    RETURNING kept.case_id, kept.state, kept.lamp_id
)

INSERT INTO quality.warning_case_event (case_id, at, from_state, to_state, by_whom, note)
SELECT
    case_id,
    :now,
    state AS from_state,
    state AS to_state,
    'check',
    concat('lamp ', lamp_id, ' was lit')
FROM told;
