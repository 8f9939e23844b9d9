-- The projects under construction on :drawn_for, with the companies that take part and the open cases by level. Reads the shared projects and
-- participants and quality.warning_case.
SELECT
    project.project_code,
    min(project.name) AS project_name,
    (
        SELECT array_agg(DISTINCT party.corp_code ORDER BY party.corp_code)
        FROM (
            SELECT part.corp_code
            FROM core.current_participant AS part
            WHERE part.project_code = project.project_code
            UNION
            SELECT own.corp_code
            FROM core.municipal_participant AS own
            WHERE own.project_code = project.project_code
            UNION
            SELECT unnest(ARRAY[same.build_corp_code, same.contractor_corp_code, same.supervision_corp_code]) AS corp_code
            FROM core.current_project AS same
            WHERE same.project_code = project.project_code
        ) AS party
        WHERE party.corp_code IS NOT NULL
    ) AS corps,
    (
        SELECT coalesce(jsonb_object_agg(open_case.level, open_case.cases), '{}')
        FROM (
            SELECT
                standing.level,
                count(*) AS cases
            FROM quality.warning_case AS standing
            WHERE standing.project_code = project.project_code AND standing.state <> 'closed'
            GROUP BY standing.level
        ) AS open_case
    ) AS open_cases
FROM core.current_project AS project
WHERE
    project.prj_status = '003' AND project.start_date <= cast(:drawn_for AS date)
    AND quality.lies_within(project.area_code, :area_code)
GROUP BY project.project_code
ORDER BY project.project_code;
