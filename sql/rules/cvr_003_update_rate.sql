-- The city :city_code and its districts, where fewer than :percent per cent of the projects under construction had a punch on :work_date. Reads
-- the projects under construction, core.municipal_project, stop_work, punch, work_day. What CVR-001 leaves out is left out here; fewer than
-- :least_projects projects are no rate. Projects that the municipal platform does not have are CMP-006.
WITH heard_of AS (
    SELECT DISTINCT project_code
    FROM core.punch
    WHERE work_date = :work_date AND withdrawn_at IS NULL
),

asked AS (
    SELECT
        project.area_code,
        heard_of.project_code AS heard_code
    FROM quality.project_under_construction AS project
    LEFT JOIN heard_of ON heard_of.project_code = project.project_code
    INNER JOIN core.municipal_project AS copy ON copy.project_code = project.project_code
    INNER JOIN core.work_day AS known ON known.work_date = :work_date
    WHERE
        quality.lies_within(project.area_code, :city_code)
        AND coalesce(copy.start_date <= :work_date, TRUE)
        AND :work_date <> all(cast(:holidays AS date[]))
        AND cast(:checked_at AS timestamptz)
        >= cast(:work_date AS timestamp) AT TIME ZONE 'Asia/Shanghai' + make_interval(hours => :from_hour)
        AND NOT EXISTS (
            SELECT 1 FROM core.stop_work AS stop
            WHERE stop.project_code = project.project_code AND :work_date BETWEEN stop.from_date AND stop.to_date
        )
),

rate AS (
    SELECT
        coalesce(area_code, :city_code) AS area_code,
        count(*) AS projects,
        count(heard_code) AS heard
    FROM asked
    GROUP BY rollup (area_code)
)

SELECT
    area_code AS object_key,
    'updateRate' AS field,
    cast(NULL AS text) AS project_code,
    concat('at least ', cast(:percent AS integer), ' % of the projects under construction') AS expected,
    concat(heard, ' of ', projects, ' projects, ', heard * 100 / projects, ' %') AS actual
FROM rate
WHERE projects >= :least_projects AND heard * 100 < projects * :percent;
