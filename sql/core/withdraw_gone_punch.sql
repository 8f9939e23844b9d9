-- Mark the punches of :work_date that the source does not list any more, and those that turned out to belong to another date. Reads
-- differing_attendance, typed_attendance (temporary); writes core.punch of that date.
UPDATE core.punch
SET withdrawn_at = :read_at, change_no = :change_no
FROM (
    SELECT
        project_code,
        id
    FROM differing_attendance
    WHERE is_gone
    UNION
    SELECT
        project_code,
        id
    FROM typed_attendance
    GROUP BY project_code, id
    HAVING bool_and(work_date <> :work_date)
) AS gone
WHERE
    punch.work_date = :work_date AND punch.withdrawn_at IS NULL AND punch.change_no <> :change_no
    AND punch.project_code = gone.project_code AND punch.punch_id = gone.id;
