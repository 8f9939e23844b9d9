-- What deliveries read of core: a company under the name its owner gave it, and the projects a platform can be told about.
CREATE VIEW core.corp AS
SELECT
    corp_code,
    coalesce(shared.corp_name, municipal.corp_name, participant.corp_name) AS corp_name,
    coalesce(shared.corp_type, municipal.corp_type) AS corp_type,
    coalesce(shared.area_code, municipal.area_code, participant.area_code) AS area_code,
    coalesce(shared.legal_man, municipal.legal_man) AS legal_man,
    municipal.register_date,
    municipal.address
FROM core.current_corp AS shared
FULL JOIN core.municipal_corp AS municipal USING (corp_code)
FULL JOIN (
    SELECT
        named.corp_code,
        min(named.corp_name) AS corp_name,
        min(project.area_code) AS area_code
    FROM core.municipal_participant AS named
    INNER JOIN core.municipal_project AS project ON project.project_code = named.project_code
    GROUP BY named.corp_code
) AS participant USING (corp_code);
COMMENT ON VIEW core.corp IS 'every company once; shared fields win over municipal copies (province.md 6)';

CREATE VIEW core.participant AS
SELECT
    project_code,
    corp_code,
    corp_type,
    coalesce(shared.corp_name, municipal.corp_name) AS corp_name,
    CASE WHEN shared.source_id IS NULL THEN municipal.entry_time ELSE shared.entry_time END AS entry_time,
    CASE WHEN shared.source_id IS NULL THEN municipal.exit_time ELSE shared.exit_time END AS exit_time,
    shared.source_id IS NOT NULL AS is_shared
FROM core.current_participant AS shared
FULL JOIN core.municipal_participant AS municipal USING (project_code, corp_code, corp_type);
COMMENT ON VIEW core.participant IS 'every participant once; is_shared: the integrity platform has it';

CREATE TABLE delivery.open_project (
    target text NOT NULL,
    project_code text NOT NULL,
    PRIMARY KEY (target, project_code)
);
COMMENT ON TABLE delivery.open_project IS 'projects of the city that a platform can be told about: credentials are there';

GRANT SELECT ON core.corp, core.participant, delivery.open_project
TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, DELETE ON delivery.open_project TO realname_send;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA delivery TO realname_send;
