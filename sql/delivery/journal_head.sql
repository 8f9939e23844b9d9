-- The last entry of the journal of :work_date and :target, if there is one. Reads delivery.journal.
SELECT
    entry_no,
    hash
FROM delivery.journal
WHERE work_date = :work_date AND target = :target
ORDER BY entry_no DESC
LIMIT 1;
