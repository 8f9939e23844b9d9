-- Punches "in" after which nothing of the person was seen at the project for :hours hours, of the day on which these ran out: :work_date.
-- Reads core.punch of the date and the one before, the roster and the projects' start. An out within :hours_at_most hours is RST-014; a
-- punch without a direction may be an out; strangers are RST-001, projects not begun RST-008. A time one cannot believe counts as that of
-- its receipt. Nothing is said of hours that have not run out at :checked_at. Only who was not seen for so long at all is put in order.
WITH passage AS NOT MATERIALIZED (
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

ended AS MATERIALIZED (
    SELECT
        cast(:work_date AS timestamp) AT TIME ZONE 'Asia/Shanghai' AS midnight,
        least(cast(:work_date + 1 AS timestamp) AT TIME ZONE 'Asia/Shanghai', cast(:checked_at AS timestamptz))
        - make_interval(hours => :hours) AS before
),

unseen AS (
    SELECT
        passage.project_code,
        passage.person_id
    FROM passage
    CROSS JOIN ended
    WHERE passage.made_at >= ended.midnight - make_interval(hours => :hours)
    GROUP BY passage.project_code, passage.person_id
    HAVING
        max(passage.made_at) < min(ended.before)
        OR max(passage.made_at) - min(passage.made_at) FILTER (WHERE passage.made_at >= ended.midnight) > make_interval(hours => :hours)
        OR min(passage.made_at) FILTER (WHERE passage.made_at >= ended.midnight)
        - max(passage.made_at) FILTER (WHERE passage.made_at < ended.midnight) > make_interval(hours => :hours)
),

followed AS (
    SELECT
        passage.work_date,
        passage.project_code,
        passage.person_id,
        passage.punch_id,
        passage.direction,
        passage.made_at,
        lead(passage.made_at) OVER in_order AS next_at,
        lead(passage.direction) OVER in_order AS next_direction
    FROM unseen
    CROSS JOIN ended
    INNER JOIN passage ON passage.project_code = unseen.project_code AND passage.person_id = unseen.person_id
    WHERE passage.made_at >= ended.midnight - make_interval(hours => :hours)
    WINDOW
        in_order AS (
            PARTITION BY passage.project_code COLLATE "C", passage.person_id COLLATE "C" ORDER BY passage.made_at, passage.punch_id
        )
)

SELECT
    entry.punch_id AS object_key,
    'direction' AS field,
    entry.project_code,
    concat('out within ', cast(:hours AS integer), ' hours') AS expected,
    concat('in at ', to_char(entry.made_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), ', nothing since') AS actual
FROM followed AS entry
CROSS JOIN ended
INNER JOIN core.project_worker AS worker ON worker.project_code = entry.project_code AND worker.person_id = entry.person_id
LEFT JOIN core.municipal_project AS project ON project.project_code = entry.project_code
WHERE
    entry.direction = '01'
    AND entry.made_at < ended.before
    AND coalesce(entry.next_at > entry.made_at + make_interval(hours => :hours), TRUE)
    AND coalesce(entry.next_direction = '01' OR entry.next_at > entry.made_at + make_interval(hours => :hours_at_most), entry.next_at IS NULL)
    AND coalesce(project.start_date <= entry.work_date, TRUE);
