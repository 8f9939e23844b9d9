-- A batch has as many rows as it says, numbered from 0 on without a gap: punches, or objects of the chain.
-- Reads delivery.batch, punch_batch, batch_item of :work_date; yields what is wrong.
WITH planned AS (
    SELECT
        project_code,
        batch_id,
        target,
        row_count
    FROM delivery.batch
    WHERE work_date = :work_date
),

held AS (
    SELECT
        project_code,
        batch_id,
        row_index
    FROM delivery.punch_batch
    WHERE work_date = :work_date
    UNION ALL
    SELECT
        project_code,
        batch_id,
        row_index
    FROM delivery.batch_item
    WHERE work_date = :work_date
),

counted AS (
    SELECT
        project_code,
        batch_id,
        count(*) AS row_count,
        count(DISTINCT row_index) AS indexes,
        min(row_index) AS lowest,
        max(row_index) AS highest
    FROM held
    GROUP BY project_code, batch_id
)

SELECT
    coalesce(batch.target, '') AS target,
    cast(coalesce(batch.batch_id, counted.batch_id) AS text) AS subject,
    concat(
        'batch says ', coalesce(batch.row_count, 0), ' rows and has ', coalesce(counted.row_count, 0),
        ', numbered from ', counted.lowest, ' to ', counted.highest
    ) AS wrong
FROM planned AS batch
FULL JOIN counted ON counted.project_code = batch.project_code AND counted.batch_id = batch.batch_id
WHERE
    (batch.row_count, 0, batch.row_count - 1, batch.row_count)
    IS DISTINCT FROM (counted.row_count, counted.lowest, counted.highest, counted.indexes);
