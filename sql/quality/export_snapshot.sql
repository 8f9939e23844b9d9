-- The name by which other transactions see what this one sees, as long as it is open. Writes nothing.
SELECT pg_export_snapshot();
