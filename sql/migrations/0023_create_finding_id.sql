-- One name for the same fault on every day: the rule and twelve digits of what it is about. People write it on paper and ask for it.
CREATE FUNCTION quality.finding_id(rule_id text, object text, object_key text, field text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN rule_id || '-' || left(md5(object || E'\x1f' || object_key || E'\x1f' || field), 12);
COMMENT ON FUNCTION quality.finding_id(text, text, text, text) IS
'the name of a finding, the same on every day it is found, as in LMP-001-3f9a2c1b44d0';

GRANT EXECUTE ON FUNCTION quality.finding_id(text, text, text, text)
TO realname_load, realname_build, realname_check, realname_send, realname_read;
