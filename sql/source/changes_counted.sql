-- How often rows of these tables were inserted, updated or deleted, as far as the server has counted, and in which files they lie, which TRUNCATE
-- and rewriting change.
SELECT
    named.schema_name,
    named.table_name,
    cast(relation.oid AS bigint) AS oid,
    cast(pg_relation_filenode(relation.oid) AS bigint) AS filenode,
    pg_stat_get_tuples_inserted(relation.oid) AS inserted,
    pg_stat_get_tuples_updated(relation.oid) AS updated,
    pg_stat_get_tuples_deleted(relation.oid) AS deleted
FROM unnest(cast(:schemas AS text[]), cast(:tables AS text[])) AS named (schema_name, table_name)
INNER JOIN pg_namespace AS namespace ON namespace.nspname = named.schema_name
INNER JOIN pg_class AS relation ON relation.relnamespace = namespace.oid AND relation.relname = named.table_name
ORDER BY named.schema_name, named.table_name;
