-- How text of an outside system becomes a value: NULL where it cannot be read, never an error. What is unreadable is found by the SHP rules.
CREATE FUNCTION core.as_text(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(btrim(value, E' \t\r\n\u3000'), '');

CREATE FUNCTION core.as_code(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(upper(regexp_replace(normalize(value, nfkc), '\s', '', 'g')), '');
COMMENT ON FUNCTION core.as_code(text) IS 'one spelling for codes: NFKC, no blanks, upper case';

CREATE FUNCTION core.as_date(value text) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN pg_input_is_valid(value, 'date') THEN cast(value AS date) END;

CREATE FUNCTION core.as_instant(value text) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN pg_input_is_valid(value, 'timestamp') THEN cast(value AS timestamp) AT TIME ZONE 'Asia/Shanghai' END;
COMMENT ON FUNCTION core.as_instant(text) IS 'a local time without zone is Asia/Shanghai (municipal.md)';

CREATE FUNCTION core.as_number(value text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN pg_input_is_valid(value, 'numeric') THEN cast(value AS numeric) END;

CREATE FUNCTION core.as_boolean(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN lower(value) IN ('1', 't', 'true', 'y', 'yes') THEN true WHEN lower(value) IN ('0', 'f', 'false', 'n', 'no') THEN false END;

CREATE FUNCTION core.as_cipher(value jsonb) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN decode(value ->> 'c', 'base64');

CREATE FUNCTION core.as_hash(value jsonb) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN decode(value ->> 'h', 'hex');

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA core TO realname_load, realname_build, realname_check, realname_send, realname_read;
