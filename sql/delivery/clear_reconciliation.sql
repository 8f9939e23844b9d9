-- Forget the last comparison of :work_date at :target; record_reconciliation writes the new one in the same transaction.
DELETE FROM delivery.reconciliation
WHERE work_date = :work_date AND target = :target;
