-- Note that the platform was asked about these tickets. Writes quality.correction.
UPDATE quality.correction
SET asked_at = :asked_at
WHERE ticket_no = any(cast(:ticket_nos AS text[])) AND state IN ('received', 'accepted');
