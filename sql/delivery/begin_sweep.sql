-- Begin to plan :work_date for :target: one sender plans at a time. Writes delivery.sweep; yields how far planning has come.
INSERT INTO delivery.sweep (work_date, target, upto_change_no, swept_at)
VALUES (:work_date, :target, -1, :now)
ON CONFLICT (work_date, target) DO UPDATE
    SET swept_at = excluded.swept_at
RETURNING upto_change_no;
