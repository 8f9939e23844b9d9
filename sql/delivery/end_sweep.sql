-- Record how far planning has come. Writes delivery.sweep.
UPDATE delivery.sweep
SET upto_change_no = :change_no
WHERE work_date = :work_date AND target = :target;
