-- Of the calls to :platform sent from :since on: how many, how many it answered, and the milliseconds of the middle one and of the slowest twentieth.
-- Reads ops.call_log.
SELECT
    count(*) AS calls,
    count(*) FILTER (WHERE error IS NULL AND code IS NOT NULL) AS answered,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY elapsed_ms) AS median_ms,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY elapsed_ms) AS slow_ms
FROM ops.call_log
WHERE platform = :platform AND sent_at >= cast(:since AS timestamptz);
