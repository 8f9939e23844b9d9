-- What is no number must not stop a whole object from being read: it is no value, and its suite tells of it.
-- Written without pg_input_is_valid: that is only STABLE, so a function that is IMMUTABLE is not inlined with it but planned for the
-- value at hand, and the planner carries out the cast of a constant before the condition can keep it from it.
CREATE OR REPLACE FUNCTION core.as_number(value text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value ~ '^\s*[+-]?(\d{1,60}\.?\d{0,60}|\.\d{1,60})\s*$' THEN cast(value AS numeric) END;
COMMENT ON FUNCTION core.as_number(text) IS 'NULL for what is no number in decimal notation, so also for NaN and infinity';

CREATE FUNCTION core.as_integer(value text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN core.as_number(value) BETWEEN -2147483648 AND 2147483647 THEN cast(core.as_number(value) AS integer) END;
COMMENT ON FUNCTION core.as_integer(text) IS 'rounded where there is a fraction; NULL for what is no number or out of range';
GRANT EXECUTE ON FUNCTION core.as_integer(text) TO realname_load, realname_build, realname_check, realname_send, realname_read;
