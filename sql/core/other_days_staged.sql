-- Rows received on :work_date that belong to other days, by day, and how many of them the warehouse does not have yet. Reads only.
SELECT
    typed.work_date,
    count(*) AS staged_rows,
    count(*) FILTER (WHERE punch.punch_id IS NULL) AS unread_rows
FROM typed_attendance AS typed
LEFT JOIN core.punch AS punch
    ON punch.work_date = typed.work_date AND punch.project_code = typed.project_code AND punch.punch_id = typed.id
WHERE
    typed.work_date <> :work_date AND NOT typed.is_receipt_unknown
    AND typed.punched_at >= '2015-01-01T00:00:00+08:00' AND typed.punched_at <= typed.received_at + interval '10 minutes'
GROUP BY typed.work_date
ORDER BY typed.work_date;
