-- Why punches have not arrived: how many per target and state, by rule where held, by the platform's words where refused.
-- Reads the temporary table unarrived. Writes nothing.
SELECT
    state,
    cause,
    target,
    count(*) AS punches
FROM unarrived
GROUP BY state, cause, target
ORDER BY state ASC, cause ASC, target DESC;
