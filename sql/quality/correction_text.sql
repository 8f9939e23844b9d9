-- The encrypted business JSON of a correction. Reads quality.correction.
SELECT data_cipher
FROM quality.correction
WHERE correction_id = :correction_id;
