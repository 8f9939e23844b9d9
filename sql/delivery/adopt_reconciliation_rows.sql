-- Record punches that a platform turned out to have, and that were not recorded as sent: one acknowledged batch for each project and state of
-- the date they were sent in, and take them out of what waits. Writes delivery.batch, punch_batch, backlog; yields the batches.
WITH found AS (
    SELECT
        told.project_code,
        told.punch_id,
        told.as_of_change,
        row_number() OVER (PARTITION BY told.project_code, told.as_of_change ORDER BY told.punch_id) - 1 AS row_index
    FROM
        unnest(cast(:project_codes AS text[]), cast(:punch_ids AS text[]), cast(:changes AS bigint[]))
            AS told (project_code, punch_id, as_of_change)
),

numbered AS (
    SELECT
        project_code,
        as_of_change,
        count(*) AS row_count,
        nextval('delivery.batch_batch_id_seq') AS batch_id
    FROM found
    GROUP BY project_code, as_of_change
),

taken_out AS (
    DELETE FROM delivery.backlog AS waiting
    USING found
    WHERE
        waiting.work_date = :work_date AND waiting.target = :target AND waiting.project_code = found.project_code
        AND waiting.punch_id = found.punch_id
),

written AS (
    INSERT INTO delivery.punch_batch (work_date, project_code, target, punch_id, batch_id, row_index)
    SELECT
        :work_date,
        found.project_code,
        :target,
        found.punch_id,
        numbered.batch_id,
        found.row_index
    FROM found
    INNER JOIN numbered ON numbered.project_code = found.project_code AND numbered.as_of_change = found.as_of_change
)

INSERT INTO delivery.batch (
    work_date, project_code, batch_id, target, kind, row_count, state, planned_at, settled_at, reason, as_of_change
)
OVERRIDING SYSTEM VALUE
SELECT
    :work_date,
    project_code,
    batch_id,
    :target,
    'attendance',
    row_count,
    'acknowledged',
    cast(:now AS timestamptz),
    cast(:now AS timestamptz),
    'found at the platform',
    as_of_change
FROM numbered
RETURNING batch_id;
