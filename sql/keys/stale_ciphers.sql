-- The next :most values of a column after :after_place that are not of version :newest, locked.
SELECT
    place,
    ciphers
FROM ops.stale_ciphers(:table_name, :column_name, :newest, :after_place, :most);
