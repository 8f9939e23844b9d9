-- The punches that have not arrived, one row a target; with :cap only so many punches of each cause, and :cap_of_project of each :detailed
-- project. Reads core.punch, marts.project and the temporary table unarrived; parameters :work_date, :cap (empty for all), :cap_of_project,
-- :detailed. Writes nothing.
WITH ranked AS (
    SELECT
        *,
        dense_rank() OVER (PARTITION BY state, cause ORDER BY project_code ASC, punch_id ASC) AS rank_in_cause,
        dense_rank() OVER (PARTITION BY project_code ORDER BY state DESC, punch_id ASC) AS rank_in_project
    FROM unarrived
)

SELECT
    ranked.target,
    ranked.state,
    ranked.cause,
    ranked.reason,
    ranked.project_code,
    project.project_name,
    project.area_code,
    ranked.punch_id,
    punch.person_id,
    punch.device_sn,
    punch.punched_at,
    punch.received_at,
    punch.direction,
    ranked.batch_id,
    ranked.rank_in_cause,
    ranked.rank_in_project
FROM ranked
INNER JOIN core.punch AS punch
    ON
        punch.work_date = cast(:work_date AS date) AND punch.project_code = ranked.project_code
        AND punch.punch_id = ranked.punch_id
LEFT JOIN marts.project AS project ON project.project_code = ranked.project_code
WHERE
    cast(:cap AS integer) IS NULL
    OR ranked.rank_in_cause <= cast(:cap AS integer)
    OR (ranked.rank_in_project <= cast(:cap_of_project AS integer) AND ranked.project_code = any(cast(:detailed AS text[])))
ORDER BY ranked.state DESC, ranked.cause ASC, ranked.project_code ASC, ranked.punch_id ASC, ranked.target DESC;
