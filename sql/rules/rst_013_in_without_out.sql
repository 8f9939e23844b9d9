-- Punches "in" after which nothing of the person was seen at the project for :hours hours, of the day on which these ran out: :work_date.
-- Reads core.punch of the date and the one before, the roster and the projects' start. An out within :hours_at_most hours is RST-014; a
-- punch without a direction may be an out; strangers are RST-001, projects not begun RST-008. A time one cannot believe counts as that of
-- its receipt. Nothing is said of hours that have not run out at :checked_at.
WITH passage AS (
    SELECT
        work_date,
        project_code,
        person_id,
        punch_id,
        direction,
        CASE
            WHEN
                punched_at >= cast(:earliest_punch AS timestamp) AT TIME ZONE 'Asia/Shanghai'
                AND punched_at <= received_at + make_interval(mins => :minutes_ahead)
                THEN punched_at
            ELSE received_at
        END AS made_at
    FROM core.punch
    WHERE work_date BETWEEN :work_date - 1 AND :work_date AND withdrawn_at IS NULL AND person_id <> ''
),

followed AS (
    SELECT
        work_date,
        project_code,
        person_id,
        punch_id,
        direction,
        made_at,
        lead(made_at) OVER in_order AS next_at,
        lead(direction) OVER in_order AS next_direction
    FROM passage
    WHERE made_at >= cast(:work_date AS timestamp) AT TIME ZONE 'Asia/Shanghai' - make_interval(hours => :hours)
    WINDOW in_order AS (PARTITION BY project_code COLLATE "C", person_id COLLATE "C" ORDER BY made_at, punch_id)
)

SELECT
    entry.punch_id AS object_key,
    'direction' AS field,
    entry.project_code,
    concat('out within ', cast(:hours AS integer), ' hours') AS expected,
    concat('in at ', to_char(entry.made_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), ', nothing since') AS actual
FROM followed AS entry
INNER JOIN core.project_worker AS worker ON worker.project_code = entry.project_code AND worker.person_id = entry.person_id
LEFT JOIN core.municipal_project AS project ON project.project_code = entry.project_code
WHERE
    entry.direction = '01'
    AND entry.made_at + make_interval(hours => :hours)
    < least(cast(:work_date + 1 AS timestamp) AT TIME ZONE 'Asia/Shanghai', cast(:checked_at AS timestamptz))
    AND coalesce(entry.next_at > entry.made_at + make_interval(hours => :hours), TRUE)
    AND coalesce(entry.next_direction = '01' OR entry.next_at > entry.made_at + make_interval(hours => :hours_at_most), entry.next_at IS NULL)
    AND coalesce(project.start_date <= entry.work_date, TRUE);
