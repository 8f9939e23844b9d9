-- Punches of :work_date by persons of the roster who had not entered the project by that day.
-- Reads core.punch, core.project_worker, core.entry_exit. Nothing is concluded where a movement has no kind or day one can
-- believe (:earliest_date, :years_ahead), nor from a punch with such a time (:earliest_punch, :minutes_ahead).
WITH movement AS (
    SELECT
        project_code,
        person_id,
        min(moved_on) FILTER (WHERE kind = '1') AS first_entry,
        bool_or(
            coalesce(kind, '') NOT IN ('0', '1') OR moved_on IS NULL
            OR moved_on < :earliest_date OR moved_on > :work_date + make_interval(years => :years_ahead)
        ) AS is_doubtful
    FROM core.entry_exit
    GROUP BY project_code, person_id
),

outsider AS (
    SELECT
        worker.project_code,
        worker.person_id,
        movement.first_entry
    FROM core.project_worker AS worker
    LEFT JOIN movement ON movement.project_code = worker.project_code AND movement.person_id = worker.person_id
    WHERE NOT coalesce(movement.is_doubtful, FALSE) AND coalesce(movement.first_entry > :work_date, TRUE)
)

SELECT
    punch.punch_id AS object_key,
    'date' AS field,
    punch.project_code,
    concat('entered on or before ', cast(:work_date AS date)) AS expected,
    coalesce('first entry ' || outsider.first_entry, 'no entry') AS actual
FROM core.punch AS punch
INNER JOIN outsider ON outsider.project_code = punch.project_code AND outsider.person_id = punch.person_id
WHERE
    punch.work_date = :work_date AND punch.withdrawn_at IS NULL
    AND punch.punched_at >= cast(:earliest_punch AS timestamp) AT TIME ZONE 'Asia/Shanghai'
    AND punch.punched_at <= punch.received_at + make_interval(mins => :minutes_ahead);
