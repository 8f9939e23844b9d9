-- Projects under construction without a punch on :work_date. Reads the projects under construction, core.municipal_project, stop_work, punch,
-- work_day. An approved stop, a day off and a project not begun say nothing, nor does a day that was not read or is not over (:from_hour).
SELECT
    project.project_code AS object_key,
    'attendance' AS field,
    project.project_code,
    'attendance of the day' AS expected,
    'none' AS actual
FROM quality.project_under_construction AS project
INNER JOIN core.municipal_project AS copy ON copy.project_code = project.project_code
INNER JOIN core.work_day AS known ON known.work_date = :work_date
WHERE
    coalesce(copy.start_date <= :work_date, TRUE)
    AND :work_date <> all(cast(:holidays AS date[]))
    AND cast(:checked_at AS timestamptz)
    >= cast(:work_date AS timestamp) AT TIME ZONE 'Asia/Shanghai' + make_interval(hours => :from_hour)
    AND NOT EXISTS (
        SELECT 1 FROM core.stop_work AS stop
        WHERE stop.project_code = project.project_code AND :work_date BETWEEN stop.from_date AND stop.to_date
    )
    AND NOT EXISTS (
        SELECT 1 FROM core.punch AS punch
        WHERE punch.work_date = :work_date AND punch.project_code = project.project_code AND punch.withdrawn_at IS NULL
    );
