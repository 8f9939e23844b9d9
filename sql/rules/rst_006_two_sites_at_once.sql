-- Punches of :work_date by a person who was at another project more than :far_metres away less than :minutes_apart minutes
-- before, also across midnight. Reads core.punch of the day and the end of the day before, the rosters (one person may be
-- there under two municipal numbers) and the projects' places. Times one cannot believe, and strangers (RST-001), say nothing.
WITH roster AS (
    SELECT
        person.id_hash,
        worker.project_code,
        worker.person_id,
        min(worker.project_code) OVER (PARTITION BY person.id_hash) <> max(worker.project_code) OVER (PARTITION BY person.id_hash)
            AS is_elsewhere_too
    FROM core.project_worker AS worker
    INNER JOIN core.person AS person ON person.person_id = worker.person_id
    WHERE person.id_hash IS NOT NULL AND (person.id_problem = '' OR person.id_problem IS NULL)
),

traveller AS MATERIALIZED (
    SELECT
        id_hash,
        project_code,
        person_id
    FROM roster
    WHERE is_elsewhere_too
),

passage AS MATERIALIZED (
    SELECT
        traveller.id_hash,
        punch.work_date,
        punch.project_code,
        punch.punch_id,
        punch.punched_at,
        coalesce(copy.lng, shared.lng) AS lng,
        coalesce(copy.lat, shared.lat) AS lat
    FROM traveller
    INNER JOIN core.punch AS punch ON punch.project_code = traveller.project_code AND punch.person_id = traveller.person_id
    LEFT JOIN core.municipal_project AS copy ON copy.project_code = punch.project_code
    LEFT JOIN core.current_project AS shared ON shared.project_code = punch.project_code
    WHERE
        punch.work_date BETWEEN :work_date - 1 AND :work_date AND punch.withdrawn_at IS NULL
        AND punch.punched_at >= cast(:work_date AS timestamp) AT TIME ZONE 'Asia/Shanghai' - make_interval(mins => :minutes_apart)
        AND punch.punched_at <= punch.received_at + make_interval(mins => :minutes_ahead)
)

SELECT DISTINCT ON (later.punch_id)
    later.punch_id AS object_key,
    'projectCode' AS field,
    later.project_code,
    concat('not within ', cast(:minutes_apart AS integer), ' minutes of ', earlier.project_code) AS expected,
    concat(
        round(quality.metres_between(earlier.lng, earlier.lat, later.lng, later.lat) / 1000), ' km in ',
        round(extract(EPOCH FROM later.punched_at - earlier.punched_at) / 60), ' minutes'
    ) AS actual
FROM passage AS later
INNER JOIN passage AS earlier
    ON
        earlier.id_hash = later.id_hash
        AND earlier.project_code <> later.project_code
        AND earlier.punched_at >= later.punched_at - make_interval(mins => :minutes_apart)
        AND (earlier.punched_at, earlier.punch_id) < (later.punched_at, later.punch_id)
WHERE
    later.work_date = :work_date
    AND quality.metres_between(earlier.lng, earlier.lat, later.lng, later.lat) > :far_metres
ORDER BY later.punch_id ASC, earlier.punched_at DESC, earlier.punch_id ASC;
