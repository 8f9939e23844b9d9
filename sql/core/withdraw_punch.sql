-- Mark the punches of :work_date that a whole read of the day no longer had. Reads staged_attendance; writes core.punch of that date.
UPDATE core.punch
SET withdrawn_at = :read_at, change_no = :change_no
WHERE
    work_date = :work_date AND withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM staged_attendance AS staged
        WHERE staged.id = punch.punch_id AND coalesce(core.as_code(staged.project_code), '') = punch.project_code
    );
