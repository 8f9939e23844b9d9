-- A number that no integer can hold must not stop a whole object from being read: it is no value, and its suite tells of it.
CREATE FUNCTION core.as_integer(value text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN core.as_number(value) BETWEEN -2147483648 AND 2147483647 THEN cast(core.as_number(value) AS integer) END;
COMMENT ON FUNCTION core.as_integer(text) IS 'rounded where there is a fraction; NULL for what is no number, NaN, or out of range';
GRANT EXECUTE ON FUNCTION core.as_integer(text) TO realname_load, realname_build, realname_check, realname_send, realname_read;
