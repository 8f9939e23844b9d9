-- Devices in use without a record for :silent_days days up to :work_date, of projects under construction that had :least_punches punches on
-- :work_date all the same. Reads core.device, punch, work_day, the projects under construction. Days off do not count; nothing is said where
-- one of the days was never read, or before :from_hour o'clock; a device set up in that time or at no time one can believe is left out.
WITH due AS MATERIALIZED (
    SELECT
        min(asked.day) AS first_day,
        count(known.work_date) = count(*) AS is_read
    FROM (
        SELECT cast(past AS date) AS day
        FROM generate_series(cast(:work_date - 60 AS timestamp), cast(:work_date AS timestamp), interval '1 day') AS past
        WHERE cast(past AS date) <> all(cast(:holidays AS date[]))
        ORDER BY day DESC
        LIMIT :silent_days
    ) AS asked
    LEFT JOIN core.work_day AS known ON known.work_date = asked.day
),

seen AS MATERIALIZED (
    SELECT
        project_code,
        device_sn,
        count(*) FILTER (WHERE work_date = :work_date) AS punches
    FROM core.punch
    WHERE
        work_date BETWEEN :work_date - 60 AND :work_date AND work_date >= (SELECT due.first_day FROM due)
        AND withdrawn_at IS NULL
    GROUP BY project_code, device_sn
),

busy AS (
    SELECT
        seen.project_code,
        sum(seen.punches) AS punches
    FROM seen
    INNER JOIN quality.project_under_construction AS project ON project.project_code = seen.project_code
    GROUP BY seen.project_code
    HAVING sum(seen.punches) >= :least_punches
),

heard AS (
    SELECT DISTINCT device_sn
    FROM seen
)

SELECT
    device.device_sn AS object_key,
    'records' AS field,
    device.project_code,
    concat('records like the project''s other devices: ', busy.punches, ' punches') AS expected,
    concat('none for ', cast(:silent_days AS integer), ' days') AS actual
FROM core.device AS device
INNER JOIN busy ON busy.project_code = device.project_code
CROSS JOIN due
LEFT JOIN heard ON heard.device_sn = device.device_sn
WHERE
    due.is_read AND heard.device_sn IS NULL AND device.status = '1'
    AND :work_date <> all(cast(:holidays AS date[]))
    AND device.install_date >= :earliest_date AND device.install_date < due.first_day
    AND cast(:checked_at AS timestamptz)
    >= cast(:work_date AS timestamp) AT TIME ZONE 'Asia/Shanghai' + make_interval(hours => :from_hour);
