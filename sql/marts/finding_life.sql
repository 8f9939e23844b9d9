-- The life of the finding :finding_id. Reads quality.finding_state. Writes nothing.
SELECT
    finding_id,
    rule_id,
    object,
    object_key,
    field,
    project_code,
    first_seen,
    last_seen,
    days_seen,
    state,
    muted_until
FROM quality.finding_state
WHERE finding_id = :finding_id;
