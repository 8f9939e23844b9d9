-- Pack the waiting punches of :work_date into batches for :target: of one project, of one team where the platform wants that, at most
-- :batch_rows each, in the order they were made. Reads core, delivery; writes delivery.batch and delivery.punch_batch.
-- Safe to run twice: a punch in a live batch, refused or held is not waiting. Yields the number of batches and rows.
WITH taken AS (
    SELECT
        ledger.project_code,
        ledger.punch_id
    FROM delivery.punch_batch AS ledger
    INNER JOIN delivery.batch AS batch
        ON
            batch.work_date = ledger.work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
            AND batch.state <> 'released'
    LEFT JOIN delivery.row_outcome AS outcome
        ON
            outcome.work_date = ledger.work_date AND outcome.project_code = ledger.project_code AND outcome.target = ledger.target
            AND outcome.punch_id = ledger.punch_id AND outcome.batch_id = ledger.batch_id
    WHERE ledger.work_date = :work_date AND ledger.target = :target AND outcome.outcome IS DISTINCT FROM 'released'
    UNION ALL
    SELECT
        outcome.project_code,
        outcome.punch_id
    FROM delivery.row_outcome AS outcome
    WHERE outcome.work_date = :work_date AND outcome.target = :target AND outcome.outcome = 'refused'
),

waiting AS (
    SELECT
        punch.project_code,
        punch.punch_id,
        CASE WHEN cast(:by_team AS boolean) THEN team.platform_key ELSE '' END AS group_key,
        punch.punched_at
    FROM core.punch AS punch
    INNER JOIN core.project_worker AS worker ON worker.project_code = punch.project_code AND worker.person_id = punch.person_id
    LEFT JOIN delivery.registration AS team
        ON
            team.target = :target AND team.kind = 'team' AND team.project_code = punch.project_code
            AND team.local_key = coalesce(worker.team_id, concat('management|', worker.corp_code))
    WHERE
        punch.work_date = :work_date
        AND NOT EXISTS (
            SELECT 1 FROM delivery.hold AS hold
            WHERE
                hold.work_date = :work_date AND hold.target = :target
                AND hold.project_code = punch.project_code AND hold.punch_id = punch.punch_id
        )
        AND NOT EXISTS (
            SELECT 1 FROM taken
            WHERE taken.project_code = punch.project_code AND taken.punch_id = punch.punch_id
        )
),

placed AS (
    SELECT
        project_code,
        punch_id,
        group_key,
        (row_number() OVER in_order - 1) / cast(:batch_rows AS integer) AS nth,
        (row_number() OVER in_order - 1) % cast(:batch_rows AS integer) AS row_index
    FROM waiting
    WINDOW in_order AS (PARTITION BY project_code, group_key ORDER BY punched_at, punch_id)
),

packed AS (
    SELECT
        project_code,
        group_key,
        nth,
        count(*) AS row_count,
        nextval('delivery.batch_batch_id_seq') AS batch_id
    FROM placed
    GROUP BY project_code, group_key, nth
),

batched AS (
    INSERT INTO delivery.batch (work_date, project_code, batch_id, target, kind, group_key, row_count, state, planned_at)
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
        cast(:planned_at AS timestamptz)
    FROM packed
),

written AS (
    INSERT INTO delivery.punch_batch (work_date, project_code, target, punch_id, batch_id, row_index)
    SELECT
        :work_date,
        placed.project_code,
        :target,
        placed.punch_id,
        packed.batch_id,
        placed.row_index
    FROM placed
    INNER JOIN packed
        ON packed.project_code = placed.project_code AND packed.group_key = placed.group_key AND packed.nth = placed.nth
)

SELECT
    count(*) AS batches,
    coalesce(sum(row_count), 0) AS punches
FROM packed;
