-- Whether the finding :finding_id of :rule_id is open, gone or muted, and until when. Reads quality.finding_state. Writes nothing.
SELECT
    state,
    muted_until
FROM quality.finding_state
WHERE rule_id = :rule_id AND finding_id = :finding_id;
