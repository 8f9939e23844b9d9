-- How many punches the municipal platform has of the work date between :day_start and :day_end (its local time), by project. A punch
-- belongs to the day it was made; where the device's time cannot be, to the day it was received, as in sql/core/merge_punch.sql.
-- Edit for another vendor together with attendance.sql; keep the columns.
SELECT
    project_code,
    count(*) AS row_count
FROM attendance
WHERE
    (
        punched_at >= :day_start AND punched_at < :day_end
        AND (received_at IS NULL OR punched_at <= received_at + INTERVAL '10' MINUTE)
    )
    OR (
        received_at >= :day_start AND received_at < :day_end
        AND (punched_at IS NULL OR punched_at < DATE '2015-01-01' OR punched_at > received_at + INTERVAL '10' MINUTE)
    )
GROUP BY project_code;
