-- Take a case from :from_state to :to_state, and write it into its history; nothing happens where it is in another state by now.
-- Writes quality.warning_case and quality.warning_case_event.
WITH moved AS (
    UPDATE quality.warning_case
    SET state = :to_state, state_since = :now
    WHERE case_id = :case_id AND state = :from_state
    RETURNING case_id
)

INSERT INTO quality.warning_case_event (case_id, at, from_state, to_state, by_whom, note)
SELECT
    case_id,
    :now,
    :from_state,
    :to_state,
    :by_whom,
    :note
FROM moved;
