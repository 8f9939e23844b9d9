-- The versions of the data key, wrapped; no row before the first rotation. Reads ops.data_key.
SELECT
    version,
    wrapped,
    made_at,
    finished_at,
    hashes_since
FROM ops.data_key
ORDER BY version;
