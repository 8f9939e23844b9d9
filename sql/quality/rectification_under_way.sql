-- The statement for a lamp that is not settled, if there is one. Reads quality.rectification.
SELECT
    rectification_id,
    case_id,
    state
FROM quality.rectification
WHERE lamp_id = :lamp_id AND state IN ('planned', 'sending', 'sent', 'unknown');
