-- The journal of :work_date and :target in its order. Reads delivery.journal.
SELECT
    work_date,
    target,
    entry_no,
    batch_id,
    project_code,
    kind,
    state,
    serial_code,
    data_sha256,
    row_count,
    as_of_change,
    rows_digest,
    row_marks,
    outcomes_digest,
    told_at,
    hash
FROM delivery.journal
WHERE work_date = :work_date AND target = :target
ORDER BY entry_no;
