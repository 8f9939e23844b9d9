-- The last date each of the findings :finding_ids was seen on, and how it stands. Reads quality.finding_state.
SELECT
    finding_id,
    last_seen,
    state
FROM quality.finding_state
WHERE finding_id = any(cast(:finding_ids AS text[]));
