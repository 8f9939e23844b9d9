-- How fast the punches of :work_date were settled at each platform in the last stretch of work, at most :stretch long: rows, first call, end.
-- Reads delivery.batch.
WITH settled AS (
    SELECT
        target,
        row_count,
        sent_at,
        settled_at,
        max(settled_at) OVER (PARTITION BY target) AS newest_at
    FROM delivery.batch
    WHERE
        work_date = cast(:work_date AS date) AND kind = 'attendance'
        AND state IN ('acknowledged', 'refused') AND sent_at IS NOT NULL AND settled_at <= cast(:now AS timestamptz)
)

SELECT
    target,
    sum(row_count) AS settled_rows,
    greatest(min(sent_at), max(newest_at) - cast(:stretch AS interval)) AS began_at,
    max(newest_at) AS ended_at
FROM settled
WHERE settled_at > newest_at - cast(:stretch AS interval)
GROUP BY target;
