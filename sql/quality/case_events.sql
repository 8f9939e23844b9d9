-- The history of a case, oldest first. Reads quality.warning_case_event.
SELECT
    at,
    from_state,
    to_state,
    by_whom,
    note
FROM quality.warning_case_event
WHERE case_id = :case_id
ORDER BY event_id;
