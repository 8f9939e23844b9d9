-- Punches of :work_date by persons of the roster who had not entered the project by that day.
-- Reads core.punch, core.project_worker, core.entry_exit. Nothing is concluded where a movement has no kind or day one can
-- believe (:earliest_date, :years_ahead), nor from a punch with such a time (:earliest_punch, :minutes_ahead).
WITH absent AS (
    SELECT
        worker.project_code,
        worker.person_id
    FROM core.project_worker AS worker
    WHERE NOT EXISTS (
        SELECT 1 FROM core.entry_exit AS entry
        WHERE
            entry.project_code = worker.project_code AND entry.person_id = worker.person_id
            AND entry.kind = '1' AND entry.moved_on <= :work_date
    )
),

outsider AS (
    SELECT
        absent.project_code,
        absent.person_id,
        min(movement.moved_on) FILTER (WHERE movement.kind = '1') AS first_entry
    FROM absent
    LEFT JOIN core.entry_exit AS movement ON movement.project_code = absent.project_code AND movement.person_id = absent.person_id
    GROUP BY absent.project_code, absent.person_id
    HAVING
        NOT coalesce(
            bool_or(
                coalesce(movement.kind, '') NOT IN ('0', '1') OR movement.moved_on IS NULL
                OR movement.moved_on < :earliest_date OR movement.moved_on > :work_date + make_interval(years => :years_ahead)
            ) FILTER (WHERE movement.entry_exit_id IS NOT NULL),
            FALSE
        )
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
