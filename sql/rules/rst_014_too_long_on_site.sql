-- Punches "out" of :work_date whose person had come in more than :hours and up to :hours_at_most hours before and was not seen at the project in
-- between. Reads core.punch of the date and the one before. Longer than that, a punch was forgotten (RST-013). Times one cannot believe
-- say nothing. Only who was not seen for so long at all is put in order: the first and the last punches of both dates tell.
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

unseen AS (
    SELECT
        project_code,
        person_id
    FROM passage
    GROUP BY project_code, person_id
    HAVING
        max(punched_at) FILTER (WHERE work_date = :work_date) - min(punched_at) FILTER (WHERE work_date = :work_date)
        > make_interval(hours => :hours)
        OR min(punched_at) FILTER (WHERE work_date = :work_date) - max(punched_at) FILTER (WHERE work_date < :work_date)
        NOT BETWEEN make_interval() AND make_interval(hours => :hours)
),

stay AS (
    SELECT
        passage.work_date,
        passage.project_code,
        passage.punch_id,
        passage.direction,
        passage.punched_at,
        lag(passage.punched_at) OVER in_order AS came_at,
        lag(passage.direction) OVER in_order AS came_by
    FROM unseen
    INNER JOIN passage ON passage.project_code = unseen.project_code AND passage.person_id = unseen.person_id
    WINDOW
        in_order AS (
            PARTITION BY passage.project_code COLLATE "C", passage.person_id COLLATE "C"
            ORDER BY passage.punched_at, passage.punch_id
        )
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
WHERE
    work_date = :work_date AND direction = '02' AND came_by = '01'
    AND came_at < punched_at - make_interval(hours => :hours) AND came_at >= punched_at - make_interval(hours => :hours_at_most);
