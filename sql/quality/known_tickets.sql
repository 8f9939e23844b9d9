-- Which of the tickets :ticket_nos belong to a correction of ours. Reads quality.correction.
SELECT ticket_no
FROM quality.correction
WHERE ticket_no = any(cast(:ticket_nos AS text[]));
