-- Plan the two halves of a batch of more than one row that was refused whole without a row being named.
-- Reads and writes delivery.batch, delivery.punch_batch.
WITH parent AS (
    SELECT * FROM delivery.batch
    WHERE work_date = :work_date AND batch_id = :batch_id AND row_count > 1
),

half AS (
    SELECT
        parent.*,
        part.number AS part,
        nextval('delivery.batch_batch_id_seq') AS new_id,
        CASE part.number WHEN 0 THEN parent.row_count / 2 ELSE parent.row_count - parent.row_count / 2 END AS rows_in
    FROM parent
    CROSS JOIN (VALUES (0), (1)) AS part (number)
),

planned AS (
    INSERT INTO delivery.batch (work_date, project_code, batch_id, target, kind, group_key, row_count, state, planned_at, as_of_change)
    OVERRIDING SYSTEM VALUE
    SELECT
        work_date,
        project_code,
        new_id,
        target,
        kind,
        group_key,
        rows_in,
        'planned',
        cast(:now AS timestamptz),
        as_of_change
    FROM half
)

INSERT INTO delivery.punch_batch (work_date, project_code, target, punch_id, batch_id, row_index)
SELECT
    ledger.work_date,
    ledger.project_code,
    ledger.target,
    ledger.punch_id,
    half.new_id,
    row_number() OVER (PARTITION BY half.part ORDER BY ledger.row_index) - 1
FROM delivery.punch_batch AS ledger
INNER JOIN half
    ON
        half.work_date = ledger.work_date AND half.project_code = ledger.project_code AND half.batch_id = ledger.batch_id
        AND half.part = CASE WHEN ledger.row_index < half.row_count / 2 THEN 0 ELSE 1 END;
