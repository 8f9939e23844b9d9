-- Projects under construction without a punch on the last :days days up to :work_date, days off not counted. Reads the projects under
-- construction, core.municipal_project, stop_work, punch, work_day. A stop within these days says nothing, nor does a project begun in them,
-- nor days one of which was never read, nor a day that is not over (:from_hour).
WITH due AS MATERIALIZED (
    SELECT
        min(asked.day) AS first_day,
        count(known.work_date) = count(*) AS is_read
    FROM (
        SELECT cast(past AS date) AS day
        FROM generate_series(cast(:work_date - 60 AS timestamp), cast(:work_date AS timestamp), interval '1 day') AS past
        WHERE cast(past AS date) <> all(cast(:holidays AS date[]))
        ORDER BY day DESC
        LIMIT :days
    ) AS asked
    LEFT JOIN core.work_day AS known ON known.work_date = asked.day
)

SELECT
    project.project_code AS object_key,
    'attendance' AS field,
    project.project_code,
    'attendance of each day' AS expected,
    concat('none since ', due.first_day) AS actual
FROM quality.project_under_construction AS project
INNER JOIN core.municipal_project AS copy ON copy.project_code = project.project_code
INNER JOIN due ON due.is_read
WHERE
    coalesce(copy.start_date <= due.first_day, TRUE)
    AND :work_date <> all(cast(:holidays AS date[]))
    AND cast(:checked_at AS timestamptz)
    >= cast(:work_date AS timestamp) AT TIME ZONE 'Asia/Shanghai' + make_interval(hours => :from_hour)
    AND NOT EXISTS (
        SELECT 1 FROM core.stop_work AS stop
        WHERE stop.project_code = project.project_code AND stop.from_date <= :work_date AND stop.to_date >= due.first_day
    )
    AND NOT EXISTS (
        SELECT 1 FROM core.punch AS punch
        WHERE
            punch.work_date BETWEEN (SELECT due.first_day FROM due) AND :work_date AND punch.project_code = project.project_code
            AND punch.withdrawn_at IS NULL
    );
