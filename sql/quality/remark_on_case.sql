-- Write a remark into the history of a case, whose state stays. Reads quality.warning_case; writes quality.warning_case_event.
INSERT INTO quality.warning_case_event (case_id, at, from_state, to_state, by_whom, note)
SELECT
    case_id,
    :now,
    state AS from_state,
    state AS to_state,
    :by_whom,
    :note
FROM quality.warning_case
WHERE case_id = :case_id;
