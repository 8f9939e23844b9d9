-- Record rows whose outcome is not that of their batch. Writes delivery.row_outcome, once a row.
INSERT INTO delivery.row_outcome (work_date, project_code, target, batch_id, punch_id, outcome, reason, recorded_at)
SELECT
    ledger.work_date,
    ledger.project_code,
    ledger.target,
    ledger.batch_id,
    ledger.punch_id,
    told.outcome,
    told.reason,
    cast(:told_at AS timestamptz)
FROM
    unnest(cast(:batch_ids AS bigint[]), cast(:row_indexes AS integer[]), cast(:outcomes AS text[]), cast(:reasons AS text[]))
        AS told (batch_id, row_index, outcome, reason)
INNER JOIN delivery.punch_batch AS ledger
    ON ledger.work_date = :work_date AND ledger.batch_id = told.batch_id AND ledger.row_index = told.row_index
ON CONFLICT DO NOTHING;
