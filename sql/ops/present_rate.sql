-- How many calls of attendance each platform was made in the last stretch of work, at most :stretch long and not before :since, and how
-- long it took. Reads ops.call_log.
WITH made AS (
    SELECT
        platform,
        sent_at,
        max(sent_at) OVER (PARTITION BY platform) AS newest_at
    FROM ops.call_log
    WHERE
        platform IN ('province', 'nation') AND method = 'WorkerAttendance.Add'
        AND sent_at BETWEEN cast(:since AS timestamptz) AND cast(:now AS timestamptz)
)

SELECT
    platform,
    count(*) AS calls,
    extract(EPOCH FROM max(sent_at) - min(sent_at)) AS seconds
FROM made
WHERE sent_at > newest_at - cast(:stretch AS interval)
GROUP BY platform;
