-- The usual spelling of a code or a number is told by one quick look; what is spelled otherwise is read as before. Counted repetitions
-- (`{1,60}`) made one number cost as much as the rest of its row.
CREATE OR REPLACE FUNCTION core.as_code(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN value COLLATE "C" ~ '^[0-9A-Z]+$' THEN value
    ELSE nullif(upper(regexp_replace(normalize(value, nfkc), '\s', '', 'g')), '')
END;

-- In "C", blanks are those that a cast to numeric takes too.
CREATE OR REPLACE FUNCTION core.as_number(value text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN length(value) <= 60 AND value COLLATE "C" ~ '^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)\s*$' THEN cast(value AS numeric)
    WHEN length(value) > 60 AND value COLLATE "C" ~ '^\s*[+-]?([0-9]{1,60}\.?[0-9]{0,60}|\.[0-9]{1,60})\s*$' THEN cast(value AS numeric)
END;

-- What the planner should know after a read: of the tables of a layer that belong to this date, and of one table by its name.
CREATE FUNCTION ops.refresh_day_statistics(layer text, wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    table_name text;
BEGIN
    FOR table_name IN
        SELECT format('%I.%I', schemaname, tablename)
        FROM pg_tables
        WHERE schemaname = layer AND tablename ~ ('_' || to_char(wanted, 'YYYYMMDD') || '$')
        ORDER BY tablename
    LOOP
        EXECUTE format('ANALYZE %s', table_name);
    END LOOP;
END
$$;

CREATE FUNCTION ops.refresh_table_statistics(layer text, name text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    EXECUTE format('ANALYZE %I.%I', layer, name);
END
$$;

-- All of a layer is the tables that belong to no date, then those of this one: always in this order, so that of several at once none waits for
-- one that waits for it.
CREATE OR REPLACE FUNCTION ops.refresh_statistics(layer text, wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM ops.refresh_table_statistics(layer, tables.tablename)
    FROM (
        SELECT tablename
        FROM pg_tables
        WHERE
            schemaname = layer AND tablename !~ '_[0-9]{8}$'
            AND NOT EXISTS (
                SELECT FROM pg_partitioned_table AS parent
                WHERE parent.partrelid = format('%I.%I', schemaname, tablename)::regclass
            )
        ORDER BY tablename
    ) AS tables;
    PERFORM ops.refresh_day_statistics(layer, wanted);
END
$$;

REVOKE EXECUTE ON FUNCTION ops.refresh_day_statistics(text, date), ops.refresh_table_statistics(text, text) FROM public;
GRANT EXECUTE ON FUNCTION ops.refresh_day_statistics(text, date), ops.refresh_table_statistics(text, text) TO realname_build;
