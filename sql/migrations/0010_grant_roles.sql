-- Who may write what. Shared (P) fields live in core.shared_*, and only the role that builds them from raw may write there.
GRANT USAGE ON SCHEMA ops, raw, core, quality, delivery, marts
TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT SELECT ON ALL TABLES IN SCHEMA core, quality, delivery, marts
TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT SELECT, INSERT, UPDATE ON ops.step_run TO realname_load, realname_build, realname_check, realname_send;
GRANT SELECT ON ops.step_run, ops.pull_cursor TO realname_read;
GRANT INSERT, SELECT ON ops.call_log TO realname_load, realname_build, realname_check, realname_send;
GRANT EXECUTE ON FUNCTION ops.ensure_work_date(date) TO realname_load, realname_build, realname_check, realname_send;

-- load: what comes in, and how far it has come
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA raw TO realname_load;
GRANT SELECT, INSERT, UPDATE ON ops.pull_cursor TO realname_load;

-- build: core from raw
GRANT SELECT ON ALL TABLES IN SCHEMA raw TO realname_build;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA core TO realname_build;

-- check: findings
GRANT SELECT ON ALL TABLES IN SCHEMA raw TO realname_check;
GRANT INSERT, UPDATE, DELETE ON quality.finding TO realname_check;

-- send: deliveries, with the credentials they need
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA delivery TO realname_send;
GRANT SELECT, INSERT, UPDATE ON ops.platform_credential TO realname_send;
