-- Forget why punches of :work_date are kept back from :target; hold_punches says it anew in the same transaction.
DELETE FROM delivery.hold
WHERE work_date = :work_date AND target = :target;
