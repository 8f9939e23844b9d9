-- Names of workers of a project that stand in :words, so that they can be left out. Reads core.person and core.project_worker.
SELECT DISTINCT person.name
FROM core.project_worker AS worker
INNER JOIN core.person ON person.person_id = worker.person_id
WHERE worker.project_code = :project_code AND length(person.name) > 1 AND strpos(cast(:words AS text), person.name) > 0;
