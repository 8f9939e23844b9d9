-- What was stated to the platform for a case, oldest first, without the statement itself. Reads quality.rectification.
SELECT
    rectification_id,
    lamp_id,
    state,
    attachments,
    serial_code,
    words,
    stated_at,
    sent_at,
    settled_at
FROM quality.rectification
WHERE case_id = :case_id
ORDER BY rectification_id;
