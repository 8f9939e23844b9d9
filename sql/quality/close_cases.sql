-- Close what was rechecked, once no lamp of it is lit any more. Reads quality.lamp; writes quality.warning_case and its history.
WITH closed AS (
    UPDATE quality.warning_case AS kept
    SET state = 'closed', state_since = :now
    WHERE
        kept.state = 'rechecked'
        AND NOT EXISTS (
            SELECT FROM quality.lamp AS lit
            WHERE
                lit.cleared_at IS NULL
                AND (lit.lamp_id = kept.lamp_id OR (lit.project_code = kept.subject AND lit.rule_code = kept.rule_code))
        )
    RETURNING kept.case_id
)

INSERT INTO quality.warning_case_event (case_id, at, from_state, to_state, by_whom, note)
SELECT
    case_id,
    :now,
    'rechecked',
    'closed',
    'check',
    'it is gone, and no lamp is lit'
FROM closed;
