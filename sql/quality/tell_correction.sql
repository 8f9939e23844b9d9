-- Say what has become of a correction that stood at :before; nothing happens where it has moved on since,
-- or where the call begun at :doubt_since has been answered or begun anew.
-- Writes quality.correction, quality.correction_event; yields correction_id.
WITH told AS (
    UPDATE quality.correction
    SET
        state = :state,
        ticket_no = coalesce(cast(:ticket_no AS text), ticket_no),
        reject_reason = coalesce(cast(:reject_reason AS text), reject_reason),
        remark = cast(:remark AS text),
        updated_at = :now
    WHERE
        correction_id = :correction_id AND state = :before
        AND (
            cast(:doubt_since AS timestamptz) IS NULL
            OR (serial_code IS NULL AND sent_at = cast(:doubt_since AS timestamptz))
        )
    RETURNING correction_id
),

noted AS (
    INSERT INTO quality.correction_event (correction_id, state, told_at, told_by, remark)
    SELECT
        correction_id,
        :state,
        :now,
        :told_by,
        coalesce(cast(:reject_reason AS text), cast(:remark AS text))
    FROM told
)

SELECT correction_id FROM told;
