-- Mark the punches of :work_date that a whole read of the day no longer had for that date. Reads typed_attendance; writes core.punch of that date.
-- What this read wrote itself it had, so a day read for the first time is not compared at all.
UPDATE core.punch
SET withdrawn_at = :read_at, change_no = :change_no
WHERE
    work_date = :work_date AND withdrawn_at IS NULL AND change_no <> :change_no
    AND NOT EXISTS (
        SELECT 1 FROM typed_attendance AS typed
        WHERE typed.work_date = :work_date AND typed.id = punch.punch_id AND typed.project_code = punch.project_code
    );
