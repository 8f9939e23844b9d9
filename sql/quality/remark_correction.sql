-- Say of a correction why it stands where it stands, with an event if that is news. Writes quality.correction, quality.correction_event.
WITH told AS (
    UPDATE quality.correction
    SET remark = :remark, updated_at = :now
    WHERE correction_id = :correction_id AND remark IS DISTINCT FROM :remark
    RETURNING correction_id, state
)

INSERT INTO quality.correction_event (correction_id, state, told_at, told_by, remark)
SELECT
    correction_id,
    state,
    :now,
    'realname_sync',
    :remark
FROM told;
