-- The five states of the punches of :work_date for each platform; they add up to what was read, by construction of delivery.punch_state.
SELECT
    target,
    count(*) AS read,
    count(*) FILTER (WHERE state = 'waiting') AS waiting,
    count(*) FILTER (WHERE state = 'held') AS held,
    count(*) FILTER (WHERE state = 'in_batch') AS in_batch,
    count(*) FILTER (WHERE state = 'acknowledged') AS acknowledged,
    count(*) FILTER (WHERE state = 'refused') AS refused
FROM delivery.punch_state
WHERE work_date = :work_date
GROUP BY target
ORDER BY target DESC;
