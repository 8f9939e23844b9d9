-- What became of a correction, in order. Reads quality.correction_event. Writes nothing.
SELECT
    state,
    told_at,
    told_by,
    remark
FROM quality.correction_event
WHERE correction_id = :correction_id
ORDER BY event_id;
