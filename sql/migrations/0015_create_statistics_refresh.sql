-- A table filled a moment ago has no statistics, and plans made without them take seconds where milliseconds would do.
CREATE FUNCTION ops.refresh_statistics(layer text, wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    table_name text;
BEGIN
    FOR table_name IN
        SELECT format('%I.%I', schemaname, tablename)
        FROM pg_tables
        WHERE
            schemaname = layer
            AND (tablename !~ '_[0-9]{8}$' OR right(tablename, 8) = to_char(wanted, 'YYYYMMDD'))
            AND NOT EXISTS (
                SELECT FROM pg_partitioned_table AS parent
                WHERE parent.partrelid = format('%I.%I', schemaname, tablename)::regclass
            )
    LOOP
        EXECUTE format('ANALYZE %s', table_name);
    END LOOP;
END
$$;
COMMENT ON FUNCTION ops.refresh_statistics(text, date) IS 'analyse the tables of a layer, of partitioned ones the partition of that date only';
GRANT EXECUTE ON FUNCTION ops.refresh_statistics(text, date) TO realname_load, realname_build, realname_check, realname_send;
