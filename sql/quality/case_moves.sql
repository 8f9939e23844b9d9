-- Every step a case can take. Reads quality.case_move.
SELECT
    from_state,
    to_state,
    by_person,
    needs_note
FROM quality.case_move
ORDER BY from_state, to_state;
