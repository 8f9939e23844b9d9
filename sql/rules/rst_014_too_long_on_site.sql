-- Punches "out" of :work_date whose person had come in more than :hours and up to :hours_at_most hours before and was not seen at the project in
-- between. Reads core.punch of the date and the one before. Longer than that, a punch was forgotten (RST-013). Times one cannot believe
-- say nothing.
WITH stay AS (
    SELECT
        work_date,
        project_code,
        punch_id,
        direction,
        punched_at,
        lag(punched_at) OVER in_order AS came_at,
        lag(direction) OVER in_order AS came_by
    FROM core.punch
    WHERE
        work_date BETWEEN :work_date - 1 AND :work_date AND withdrawn_at IS NULL AND person_id <> ''
        AND punched_at >= cast(:earliest_punch AS timestamp) AT TIME ZONE 'Asia/Shanghai'
        AND punched_at <= received_at + make_interval(mins => :minutes_ahead)
    WINDOW in_order AS (PARTITION BY project_code COLLATE "C", person_id COLLATE "C" ORDER BY punched_at, punch_id)
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
