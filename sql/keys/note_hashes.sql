-- Writes ops.data_key: keyed hashes are made from this version from now on.
UPDATE ops.data_key
SET hashes_since = :now
WHERE version = :version;
