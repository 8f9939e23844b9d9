-- Punches of :work_date by a person who was at another project more than :far_metres away less than :minutes_apart minutes
-- before, also across midnight. Reads core.punch of the day and the end of the day before, core.person (one person may have
-- two numbers there), core.project_worker and the projects' places. Punches whose time one cannot believe, and of strangers
-- (RST-001), say nothing.
WITH believed AS NOT MATERIALIZED (
    SELECT
        work_date,
        project_code,
        punch_id,
        person_id,
        punched_at
    FROM core.punch
    WHERE
        work_date BETWEEN :work_date - 1 AND :work_date AND withdrawn_at IS NULL
        AND punched_at >= cast(:work_date AS timestamp) AT TIME ZONE 'Asia/Shanghai' - make_interval(mins => :minutes_apart)
        AND punched_at <= received_at + make_interval(mins => :minutes_ahead)
),

person_on_day AS (
    SELECT
        person_id,
        min(project_code) AS first_project,
        max(project_code) AS last_project
    FROM believed
    GROUP BY person_id
),

traveller AS (
    SELECT person.id_hash
    FROM person_on_day
    INNER JOIN core.person AS person ON person.person_id = person_on_day.person_id
    WHERE coalesce(person.id_problem, '') = '' AND person.id_hash IS NOT NULL
    GROUP BY person.id_hash
    HAVING min(person_on_day.first_project) <> max(person_on_day.last_project)
),

passage AS MATERIALIZED (
    SELECT
        traveller.id_hash,
        believed.work_date,
        believed.project_code,
        believed.punch_id,
        believed.punched_at,
        coalesce(copy.lng, shared.lng) AS lng,
        coalesce(copy.lat, shared.lat) AS lat
    FROM traveller
    INNER JOIN core.person AS person ON person.id_hash = traveller.id_hash
    INNER JOIN believed ON believed.person_id = person.person_id
    INNER JOIN core.project_worker AS worker
        ON worker.project_code = believed.project_code AND worker.person_id = believed.person_id
    LEFT JOIN core.municipal_project AS copy ON copy.project_code = believed.project_code
    LEFT JOIN core.current_project AS shared ON shared.project_code = believed.project_code
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
ORDER BY later.punch_id, earlier.punched_at DESC, earlier.punch_id;
