-- How the punches of :work_date stand, by platform and project, counted from batches and exceptions and not punch by punch.
-- The five states add up to `read`; `in_batch` includes `unknown`, `acknowledged` includes `late`: sent at or after :day_end.
-- Reads core.project_day, delivery.batch, punch_batch, row_outcome, backlog.
WITH target (target) AS (
    VALUES ('province'), ('nation')
),

due AS (
    SELECT
        project_code,
        punches AS read
    FROM core.project_day
    WHERE work_date = cast(:work_date AS date) AND punches > 0
),

kept AS (
    SELECT
        target,
        project_code,
        count(*) FILTER (WHERE rule_id IS NOT NULL) AS held
    FROM delivery.backlog
    WHERE work_date = cast(:work_date AS date)
    GROUP BY target, project_code
),

batched AS (
    SELECT
        target,
        project_code,
        coalesce(sum(row_count) FILTER (WHERE state = 'acknowledged'), 0) AS acknowledged,
        coalesce(sum(row_count) FILTER (WHERE state = 'acknowledged' AND sent_at >= cast(:day_end AS timestamptz)), 0) AS late,
        coalesce(sum(row_count) FILTER (WHERE state IN ('planned', 'sending', 'sent', 'unknown')), 0) AS in_batch,
        coalesce(sum(row_count) FILTER (WHERE state = 'unknown'), 0) AS unknown
    FROM delivery.batch
    WHERE work_date = cast(:work_date AS date) AND kind = 'attendance'
    GROUP BY target, project_code
),

excepted AS (
    SELECT
        outcome.target,
        outcome.project_code,
        count(*) FILTER (WHERE outcome.outcome = 'acknowledged' AND batch.state <> 'acknowledged') AS acknowledged_alone,
        count(*) FILTER (WHERE outcome.outcome <> 'acknowledged' AND batch.state = 'acknowledged') AS not_acknowledged,
        count(*) FILTER (
            WHERE outcome.outcome <> 'acknowledged' AND batch.state = 'acknowledged' AND batch.sent_at >= cast(:day_end AS timestamptz)
        ) AS not_late
    FROM delivery.row_outcome AS outcome
    INNER JOIN delivery.batch AS batch
        ON
            batch.work_date = outcome.work_date AND batch.project_code = outcome.project_code AND batch.batch_id = outcome.batch_id
    WHERE outcome.work_date = cast(:work_date AS date)
    GROUP BY outcome.target, outcome.project_code
),

refusal AS (
    SELECT
        target,
        project_code,
        punch_id,
        batch_id
    FROM delivery.row_outcome
    WHERE work_date = cast(:work_date AS date) AND outcome = 'refused'
    UNION ALL
    SELECT
        ledger.target,
        ledger.project_code,
        ledger.punch_id,
        ledger.batch_id
    FROM delivery.batch
    INNER JOIN delivery.punch_batch AS ledger
        ON
            ledger.work_date = batch.work_date AND ledger.project_code = batch.project_code AND ledger.batch_id = batch.batch_id
    LEFT JOIN delivery.row_outcome AS outcome
        ON
            outcome.work_date = ledger.work_date AND outcome.project_code = ledger.project_code
            AND outcome.target = ledger.target AND outcome.punch_id = ledger.punch_id AND outcome.batch_id = ledger.batch_id
    WHERE batch.work_date = cast(:work_date AS date) AND batch.state = 'refused' AND outcome.outcome IS NULL
),

-- A refused punch that changed at its source goes again: then the later batch, or the backlog, says how it stands.
refused AS (
    SELECT
        refusal.target,
        refusal.project_code,
        count(*) AS refused
    FROM refusal
    WHERE
        NOT EXISTS (
            SELECT 1 FROM delivery.backlog AS waiting
            WHERE
                waiting.work_date = cast(:work_date AS date) AND waiting.target = refusal.target
                AND waiting.project_code = refusal.project_code AND waiting.punch_id = refusal.punch_id
        )
        AND NOT EXISTS (
            SELECT 1 FROM delivery.punch_batch AS later
            WHERE
                later.work_date = cast(:work_date AS date) AND later.target = refusal.target
                AND later.project_code = refusal.project_code AND later.punch_id = refusal.punch_id
                AND later.batch_id > refusal.batch_id
        )
    GROUP BY refusal.target, refusal.project_code
),

counted AS (
    SELECT
        target.target,
        due.project_code,
        due.read,
        coalesce(kept.held, 0) AS held,
        coalesce(batched.in_batch, 0) AS in_batch,
        coalesce(batched.unknown, 0) AS unknown,
        coalesce(batched.acknowledged, 0) - coalesce(excepted.not_acknowledged, 0)
        + coalesce(excepted.acknowledged_alone, 0) AS acknowledged,
        coalesce(refused.refused, 0) AS refused,
        coalesce(batched.late, 0) - coalesce(excepted.not_late, 0) AS late
    FROM target
    CROSS JOIN due
    LEFT JOIN kept ON kept.target = target.target AND kept.project_code = due.project_code
    LEFT JOIN batched ON batched.target = target.target AND batched.project_code = due.project_code
    LEFT JOIN excepted ON excepted.target = target.target AND excepted.project_code = due.project_code
    LEFT JOIN refused ON refused.target = target.target AND refused.project_code = due.project_code
)

SELECT
    target,
    project_code,
    read,
    read - held - in_batch - acknowledged - refused AS waiting,
    held,
    in_batch,
    unknown,
    acknowledged,
    refused,
    late
FROM counted
ORDER BY target DESC, project_code ASC;
