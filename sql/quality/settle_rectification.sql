-- Record what became of a statement that is in :from_state; nothing happens where it is in another one by now. Writes quality.rectification.
UPDATE quality.rectification
SET
    state = :to_state,
    serial_code = coalesce(cast(:serial_code AS text), serial_code),
    words = :words,
    settled_at = CASE WHEN :to_state IN ('done', 'refused', 'given up') THEN cast(:now AS timestamptz) END
WHERE rectification_id = :rectification_id AND state = :from_state;
