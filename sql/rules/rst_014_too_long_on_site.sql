-- Punches "out" of :work_date whose person had come in more than :hours and up to :hours_at_most hours before and was not seen at the project in
-- between. Reads core.punch of the date and the one before. Longer than that, a punch was forgotten (RST-013). Times one cannot believe
-- say nothing.
WITH passage AS NOT MATERIALIZED (
    SELECT
        work_date,
        project_code,
        person_id,
        punch_id,
        direction,
        punched_at
    FROM core.punch
    WHERE
        work_date BETWEEN :work_date - 1 AND :work_date AND withdrawn_at IS NULL AND person_id <> ''
        AND punched_at >= cast(:earliest_punch AS timestamp) AT TIME ZONE 'Asia/Shanghai'
        AND punched_at <= received_at + make_interval(mins => :minutes_ahead)
),

departure AS MATERIALIZED (
    SELECT
        late.project_code,
        late.person_id,
        late.punch_id,
        late.punched_at
    FROM passage AS late
    WHERE
        late.work_date = :work_date AND late.direction = '02'
        AND NOT EXISTS (
            SELECT 1 FROM passage AS seen
            WHERE
                seen.project_code = late.project_code AND seen.person_id = late.person_id AND seen.punched_at < late.punched_at
                AND seen.punched_at >= late.punched_at - make_interval(hours => :hours)
        )
),

stay AS (
    SELECT DISTINCT ON (departure.project_code, departure.punch_id)
        departure.project_code,
        departure.punch_id,
        departure.punched_at,
        before.direction,
        before.punched_at AS came_at
    FROM departure
    INNER JOIN passage AS before
        ON
            before.project_code = departure.project_code AND before.person_id = departure.person_id
            AND before.punched_at < departure.punched_at
            AND before.punched_at >= departure.punched_at - make_interval(hours => :hours_at_most)
    ORDER BY departure.project_code ASC, departure.punch_id ASC, before.punched_at DESC, before.punch_id ASC
)

SELECT
    punch_id AS object_key,
    'hoursOnSite' AS field,
    project_code,
    concat('at most ', cast(:hours AS integer), ' hours on site') AS expected,
    concat(
        round(extract(EPOCH FROM punched_at - came_at) / 3600, 1), ' hours since ',
        to_char(came_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')
    ) AS actual
FROM stay
WHERE direction = '01';
