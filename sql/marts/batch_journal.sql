-- What the journal of the ledger says of a batch of :work_date, in the order it was told. Reads delivery.journal.
SELECT
    entry_no,
    state,
    told_at
FROM delivery.journal
WHERE work_date = cast(:work_date AS date) AND target = :target AND batch_id = :batch_id
ORDER BY entry_no;
