-- The rule codes of the lamps that were ever told. Reads quality.lamp.
SELECT DISTINCT rule_code
FROM quality.lamp
ORDER BY rule_code;
