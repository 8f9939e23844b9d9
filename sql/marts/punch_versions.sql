-- The values a punch of :work_date had, oldest first; the last row is what holds now. Reads core.punch_version and core.punch.
SELECT
    former.change_no,
    former.project_code,
    former.device_sn,
    former.device_record_id,
    former.punched_at,
    former.received_at,
    former.direction,
    former.first_read_at,
    former.changed_at,
    former.withdrawn_at,
    former.superseded_at
FROM core.punch_version AS former
WHERE former.work_date = cast(:work_date AS date) AND former.punch_id = :punch_id
UNION ALL
SELECT
    present.change_no,
    present.project_code,
    present.device_sn,
    present.device_record_id,
    present.punched_at,
    present.received_at,
    present.direction,
    present.first_read_at,
    present.changed_at,
    present.withdrawn_at,
    NULL AS superseded_at
FROM core.punch AS present
WHERE present.work_date = cast(:work_date AS date) AND present.punch_id = :punch_id
ORDER BY project_code ASC, change_no ASC;
