-- Writes ops.data_key: nothing of an earlier version is left.
UPDATE ops.data_key
SET finished_at = :now
WHERE version = :version AND finished_at IS NULL;
