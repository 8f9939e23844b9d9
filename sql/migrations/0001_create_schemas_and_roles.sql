-- Layers are schemas; each kind of work has a role, and a role may write only what its work is about.
-- The roles have no login: the connection's user takes one on with SET ROLE for the length of a transaction.
CREATE SCHEMA IF NOT EXISTS ops;
CREATE SCHEMA raw;
CREATE SCHEMA core;
CREATE SCHEMA quality;
CREATE SCHEMA delivery;
CREATE SCHEMA marts;

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['realname_load', 'realname_build', 'realname_check', 'realname_send', 'realname_read'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
        EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
    END LOOP;
END
$$;
