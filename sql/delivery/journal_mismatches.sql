-- Batches of :work_date and :target that are not what the journal last said of them, those it says nothing of though they were told, and
-- those it knows and that are gone; the one with the earliest entry first. Reads delivery.batch_content, journal, journal_begin.
WITH latest AS (
    SELECT DISTINCT ON (batch_id)
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
        outcomes_digest
    FROM delivery.journal
    WHERE work_date = :work_date AND target = :target
    ORDER BY batch_id ASC, entry_no DESC
),

present AS (
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
    WHERE work_date = :work_date AND target = :target
)

SELECT
    latest.entry_no,
    coalesce(latest.batch_id, present.batch_id) AS batch_id,
    latest.batch_id IS NULL AS is_added,
    present.batch_id IS NULL AS is_gone,
    latest.state AS told_state,
    present.state,
    ((present.project_code, present.kind, present.as_of_change) IS DISTINCT FROM (latest.project_code, latest.kind, latest.as_of_change))
        AS is_moved,
    (present.serial_code IS DISTINCT FROM latest.serial_code) AS is_other_serial,
    (present.data_sha256 IS DISTINCT FROM latest.data_sha256) AS is_other_data,
    (present.row_count IS DISTINCT FROM latest.row_count) AS is_other_count,
    (present.rows_digest IS DISTINCT FROM latest.rows_digest) AS are_other_rows,
    (present.outcomes_digest IS DISTINCT FROM latest.outcomes_digest) AS are_other_outcomes,
    latest.row_marks AS told_marks,
    present.row_marks
FROM latest
FULL JOIN present ON present.batch_id = latest.batch_id
WHERE
    CASE
        WHEN latest.batch_id IS NULL
            THEN
                present.state NOT IN ('planned', 'sending')
                AND present.batch_id > (SELECT begun.after_batch_id FROM delivery.journal_begin AS begun)
        WHEN present.batch_id IS NULL THEN TRUE
        ELSE
            (
                present.state, present.project_code, present.kind, present.serial_code, present.data_sha256, present.row_count,
                present.as_of_change, present.rows_digest, present.outcomes_digest
            ) IS DISTINCT FROM (
                latest.state, latest.project_code, latest.kind, latest.serial_code, latest.data_sha256, latest.row_count,
                latest.as_of_change, latest.rows_digest, latest.outcomes_digest
            )
    END
ORDER BY coalesce(latest.entry_no, 9223372036854775807), coalesce(latest.batch_id, present.batch_id)
LIMIT 1;
