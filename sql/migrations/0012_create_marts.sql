-- What reports read: a project's name and district wherever they are known, and findings that carry both.
CREATE VIEW marts.project AS
SELECT
    coalesce(shared.project_code, municipal.project_code) AS project_code,
    coalesce(shared.name, municipal.name) AS project_name,
    coalesce(shared.area_code, municipal.area_code) AS area_code,
    coalesce(shared.prj_status, municipal.prj_status) AS prj_status
FROM (
    SELECT DISTINCT ON (project_code)
        project_code,
        name,
        area_code,
        prj_status
    FROM core.current_project
    ORDER BY project_code ASC, source_version DESC
) AS shared
FULL JOIN core.municipal_project AS municipal ON municipal.project_code = shared.project_code;
COMMENT ON VIEW marts.project IS 'one row a project: shared fields first, the municipal copy where there are none';

CREATE VIEW marts.finding AS
SELECT
    finding.work_date,
    finding.rule_id,
    finding.severity,
    finding.object,
    finding.object_key,
    finding.field,
    finding.expected,
    finding.actual,
    finding.owner,
    finding.remedy,
    finding.project_code,
    project.project_name,
    coalesce(project.area_code, finding.area_code) AS area_code,
    finding.found_at
FROM quality.finding AS finding
LEFT JOIN marts.project AS project ON project.project_code = finding.project_code;
COMMENT ON VIEW marts.finding IS 'findings with the name and the district of their project';

GRANT SELECT ON marts.project, marts.finding
TO realname_load, realname_build, realname_check, realname_send, realname_read;
