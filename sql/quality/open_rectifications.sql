-- The statements that are not settled, oldest first. Reads quality.rectification.
SELECT
    rectification_id,
    case_id,
    lamp_id,
    state,
    serial_code,
    sent_at
FROM quality.rectification
WHERE state IN ('planned', 'sending', 'sent')
ORDER BY rectification_id;
