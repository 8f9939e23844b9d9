-- What the batches :batch_ids are just now, in the form the journal keeps it; planned and claimed ones are not told yet.
-- Reads delivery.batch_content.
SELECT
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
    outcomes_digest
FROM delivery.batch_content
WHERE
    work_date = :work_date AND target = :target AND batch_id = any(cast(:batch_ids AS bigint[]))
    AND state NOT IN ('planned', 'sending')
ORDER BY batch_id;
