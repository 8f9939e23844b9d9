-- The newest run of a step for a date (NULL where the step has none) and a target. Where it was split into shards, the newest run of each of them
-- together: done when all are, begun when the first of them was. Reads ops.step_run.
WITH run AS (
    SELECT
        run_id,
        shard,
        shards,
        state,
        started_at,
        ended_at,
        summary
    FROM ops.step_run
    WHERE
        step = :step
        AND work_date IS NOT DISTINCT FROM cast(:work_date AS date)
        AND target IS NOT DISTINCT FROM cast(:target AS text)
),

newest AS (
    SELECT
        shards,
        summary
    FROM run
    ORDER BY run_id DESC
    LIMIT 1
),

part AS (
    SELECT DISTINCT ON (run.shard)
        run.shard,
        run.state,
        run.started_at,
        run.ended_at
    FROM run
    INNER JOIN newest ON run.shards = newest.shards
    ORDER BY run.shard ASC, run.run_id DESC
)

SELECT
    CASE
        WHEN count(*) < newest.shards OR bool_or(part.state = 'running') THEN 'running'
        WHEN bool_or(part.state = 'failed') THEN 'failed'
        ELSE 'done'
    END AS state,
    min(part.started_at) AS started_at,
    max(part.ended_at) AS ended_at,
    newest.summary
FROM part
CROSS JOIN newest
GROUP BY newest.shards, newest.summary;
