-- Names of workers that a platform's words of refusal contain, so that a report can leave them out.
-- Reads core.person, core.project_worker and the temporary table unarrived. Writes nothing.
WITH refused AS (
    SELECT DISTINCT
        project_code,
        reason
    FROM unarrived
    WHERE state = 'refused' OR cause = 'WORKER_REFUSED'
),

refusal AS (
    SELECT string_agg(DISTINCT reason, ' ') AS words
    FROM refused
)

SELECT DISTINCT person.name
FROM core.project_worker AS worker
INNER JOIN core.person ON person.person_id = worker.person_id
CROSS JOIN refusal
WHERE
    worker.project_code IN (SELECT refused.project_code FROM refused)
    AND length(person.name) > 1
    AND strpos(refusal.words, person.name) > 0;
