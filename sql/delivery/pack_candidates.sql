-- Pack the candidates that nothing keeps back into batches for :target: of one project, of one team where the platform wants that, at most
-- :batch_rows each, in the order they were made; unless :closing, what would not fill a batch waits in the backlog, and where :projects
-- are chosen, so do the rows of all others. Batches of one team follow each other, so that its workers are looked up once; teams are mixed over the
-- projects, for a platform may count calls by project.
-- Reads candidate; writes delivery.batch, delivery.punch_batch, delivery.backlog. Yields the number of batches and rows.
WITH placed AS (
    SELECT
        project_code,
        punch_id,
        is_known,
        group_key,
        (row_number() OVER in_order - 1) / cast(:batch_rows AS integer) AS nth,
        (row_number() OVER in_order - 1) % cast(:batch_rows AS integer) AS row_index
    FROM candidate
    WHERE rule_id IS NULL
    WINDOW in_order AS (PARTITION BY project_code, group_key ORDER BY punched_at, punch_id)
),

packed AS (
    SELECT
        project_code,
        group_key,
        nth,
        row_count,
        nextval('delivery.batch_batch_id_seq') AS batch_id
    FROM (
        SELECT
            project_code,
            group_key,
            nth,
            count(*) AS row_count
        FROM placed
        WHERE delivery.is_chosen(project_code, cast(:projects AS text[]))
        GROUP BY project_code, group_key, nth
        HAVING cast(:closing AS boolean) OR count(*) = cast(:batch_rows AS integer)
        ORDER BY hashtextextended(concat(project_code, '|', group_key), 0), project_code, group_key, nth
    ) AS full_enough
),

batched AS (
    INSERT INTO delivery.batch (
        work_date, project_code, batch_id, target, kind, group_key, row_count, state, planned_at, as_of_change
    )
    OVERRIDING SYSTEM VALUE
    SELECT
        :work_date,
        project_code,
        batch_id,
        :target,
        'attendance',
        group_key,
        row_count,
        'planned',
        cast(:now AS timestamptz),
        cast(:change_no AS bigint)
    FROM packed
),

numbered AS (
    SELECT
        placed.project_code,
        placed.punch_id,
        placed.is_known,
        placed.row_index,
        packed.batch_id
    FROM placed
    LEFT JOIN packed
        ON packed.project_code = placed.project_code AND packed.group_key = placed.group_key AND packed.nth = placed.nth
),

written AS (
    INSERT INTO delivery.punch_batch (work_date, project_code, target, punch_id, batch_id, row_index)
    SELECT
        :work_date,
        project_code,
        :target,
        punch_id,
        batch_id,
        row_index
    FROM numbered
    WHERE batch_id IS NOT NULL
),

taken_out AS (
    DELETE FROM delivery.backlog AS waiting
    USING numbered
    WHERE
        numbered.is_known AND numbered.batch_id IS NOT NULL
        AND waiting.work_date = :work_date AND waiting.target = :target
        AND waiting.project_code = numbered.project_code AND waiting.punch_id = numbered.punch_id
),

kept AS (
    INSERT INTO delivery.backlog AS waiting (work_date, project_code, target, punch_id)
    SELECT
        :work_date,
        project_code,
        :target,
        punch_id
    FROM numbered
    WHERE batch_id IS NULL
    ON CONFLICT (work_date, project_code, target, punch_id) DO UPDATE
        SET rule_id = NULL, reason = NULL
        WHERE waiting.rule_id IS NOT NULL
)

SELECT
    count(*) AS batches,
    coalesce(sum(row_count), 0) AS punches
FROM packed;
