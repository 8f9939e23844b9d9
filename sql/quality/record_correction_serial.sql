-- Keep the serial code that a call was answered with, or forget one whose result is no longer told. Writes quality.correction.
UPDATE quality.correction
SET serial_code = cast(:serial_code AS text), updated_at = :now
WHERE correction_id = :correction_id AND state = 'sent' AND sent_at = :sent_at;
