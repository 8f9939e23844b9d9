-- What has been applied to this warehouse.
SELECT number
FROM ops.schema_migration;
