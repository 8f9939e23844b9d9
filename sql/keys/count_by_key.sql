-- How many rows of each column each version of the key protects.
SELECT
    place,
    version,
    protected_rows
FROM ops.count_by_key()
ORDER BY place, version;
