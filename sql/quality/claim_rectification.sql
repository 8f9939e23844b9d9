-- Take a statement that surely is not at the platform into one's hands, for one call; nothing is given where another has it.
-- Writes quality.rectification.
UPDATE quality.rectification
SET state = 'sending', sent_at = :now
WHERE rectification_id = :rectification_id AND state = 'planned'
RETURNING data_cipher;
