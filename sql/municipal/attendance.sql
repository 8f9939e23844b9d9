-- Punches made or received between :day_start and :day_end (local time of the municipal platform), whole day, no cursor: a transaction
-- that committed late is read by the next run. Edit for another vendor; keep the columns.
SELECT
    id,
    project_code,
    person_id,
    device_sn,
    device_record_id,
    punched_at,
    received_at,
    direction,
    attend_type,
    image_ref,
    lng,
    lat
FROM attendance
WHERE
    (punched_at >= :day_start AND punched_at < :day_end)
    OR (received_at >= :day_start AND received_at < :day_end);
