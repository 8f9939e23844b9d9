-- How far the pull of :object for :area_code has come.
SELECT updated_since
FROM ops.pull_cursor
WHERE object = :object AND area_code = :area_code;
