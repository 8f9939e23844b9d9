-- How many calls each platform was made since :since, and how many of them it answered. Reads ops.call_log.
SELECT
    platform,
    count(*) AS calls,
    count(*) FILTER (WHERE error IS NULL AND code IS NOT NULL) AS answered
FROM ops.call_log
WHERE platform IN ('province', 'nation') AND sent_at >= cast(:since AS timestamptz) AND sent_at <= cast(:now AS timestamptz)
GROUP BY platform;
