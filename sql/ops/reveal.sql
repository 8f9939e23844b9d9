-- The ciphertexts of a field of one person, and the row of ops.disclosure that says who asked and why.
SELECT
    place,
    cipher
FROM ops.reveal(:what, :subject, :field, :by_whom, :reason, :asked_at)
ORDER BY place;
