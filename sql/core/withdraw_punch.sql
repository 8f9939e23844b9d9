-- Mark the punches of :work_date that a whole read of the day no longer had. Reads typed_attendance; writes core.punch of that date.
UPDATE core.punch
SET withdrawn_at = :read_at, change_no = :change_no
WHERE
    work_date = :work_date AND withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM typed_attendance AS typed
        WHERE typed.id = punch.punch_id AND typed.project_code = punch.project_code
    );
