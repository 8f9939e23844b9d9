-- Put aside what was stated for a case and is in one of :states: planned, which then is not sent any more, or unknown, which a person says the
-- platform does not have. Writes quality.rectification.
UPDATE quality.rectification
SET state = 'given up', words = concat_ws('; ', nullif(words, ''), concat('was ', state)), settled_at = :now
WHERE case_id = :case_id AND state = any(cast(:states AS text[]));
