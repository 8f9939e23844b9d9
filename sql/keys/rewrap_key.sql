-- Writes ops.data_key: one version under another wrapping.
UPDATE ops.data_key
SET wrapped = :wrapped
WHERE version = :version;
