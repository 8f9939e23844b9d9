-- Versions of the key under which protected values are stored, each wrapped by the connection's data_key; and how values pass from one
-- version to the next. A ciphertext of version 1 and later begins with f7 72 6e 6b and two bytes of its version; one without is version 0.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['realname_keys', 'realname_rotate'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
        EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
    END LOOP;
END
$$;

CREATE TABLE ops.data_key (
    version integer PRIMARY KEY CHECK (version BETWEEN 0 AND 65535),
    wrapped bytea NOT NULL,
    made_at timestamptz NOT NULL,
    finished_at timestamptz,
    hashes_since timestamptz
);
COMMENT ON TABLE ops.data_key IS 'no row: version 0, the connection''s data_key itself, is the only one';
COMMENT ON COLUMN ops.data_key.wrapped IS 'the key of 32 bytes, encrypted under the data_key of the connection warehouse_db';
COMMENT ON COLUMN ops.data_key.finished_at IS 'when no value of an earlier version was left; NULL while a rotation is under way';
COMMENT ON COLUMN ops.data_key.hashes_since IS
'when the keyed hashes were made anew from this version; the latest one counts, version 0 if there is none';

CREATE FUNCTION ops.key_version(cipher bytea) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN length(cipher) > 6 AND substring(cipher FROM 1 FOR 4) = decode('f7726e6b', 'hex') THEN get_byte(cipher, 4) * 256 + get_byte(cipher, 5)
    ELSE 0
END;

CREATE VIEW ops.cipher_column AS
SELECT
    format('%I.%I', namespace.nspname, class.relname) AS table_name,
    cast(attribute.attname AS text) AS column_name
FROM pg_attribute AS attribute
INNER JOIN pg_class AS class ON class.oid = attribute.attrelid
INNER JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
WHERE
    namespace.nspname IN ('raw', 'core', 'quality', 'delivery', 'ops') AND class.relkind = 'r'
    AND NOT attribute.attisdropped
    AND (
        (attribute.attname LIKE '%\_cipher' AND attribute.atttypid = cast('bytea' AS regtype))
        OR (namespace.nspname = 'raw' AND attribute.attname = 'payload' AND attribute.atttypid = cast('jsonb' AS regtype))
    );
COMMENT ON VIEW ops.cipher_column IS 'every column with protected values, found by its name; a payload has them by field, in {c, h, m}';

-- What of a payload is ciphertext, in base64 by field.
CREATE FUNCTION ops.payload_ciphers(payload jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT jsonb_object_agg(field.key, field.value ->> 'c')
    FROM jsonb_each(CASE WHEN jsonb_typeof(payload) = 'object' THEN payload END) AS field
    WHERE jsonb_typeof(field.value) = 'object' AND field.value ?& ARRAY['c', 'h', 'm']
);

CREATE FUNCTION ops.count_by_key() RETURNS TABLE (place text, version integer, protected_rows bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    held record;
BEGIN
    FOR held IN SELECT table_name, column_name FROM ops.cipher_column ORDER BY 1, 2 LOOP
        IF held.column_name = 'payload' THEN
            RETURN QUERY EXECUTE format(
                'SELECT %L, ops.key_version(decode(field.value, ''base64'')), count(DISTINCT landed.ctid)'
                ' FROM %s AS landed, jsonb_each_text(ops.payload_ciphers(landed.payload)) AS field GROUP BY 2',
                held.table_name || '.payload', held.table_name
            );
        ELSE
            RETURN QUERY EXECUTE format(
                'SELECT %L, ops.key_version(%I), count(*) FROM %s WHERE %I IS NOT NULL GROUP BY 2',
                held.table_name || '.' || held.column_name, held.column_name, held.table_name, held.column_name
            );
        END IF;
    END LOOP;
END
$$;

-- The next values of a column that are of another version, locked until the transaction ends; what somebody else is writing is left out.
CREATE FUNCTION ops.stale_ciphers(in_table text, in_column text, newest integer, after_place text, most integer)
RETURNS TABLE (place text, ciphers jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ops.cipher_column WHERE table_name = in_table AND column_name = in_column) THEN
        RAISE EXCEPTION 'column %.% has no protected values', in_table, in_column;
    END IF;
    IF in_column = 'payload' THEN
        RETURN QUERY EXECUTE format(
            'SELECT landed.ctid::text, ops.payload_ciphers(landed.payload) FROM %s AS landed'
            ' WHERE landed.ctid > $1::tid AND EXISTS ('
            '   SELECT FROM jsonb_each_text(ops.payload_ciphers(landed.payload)) AS field'
            '   WHERE ops.key_version(decode(field.value, ''base64'')) <> $2)'
            ' ORDER BY landed.ctid LIMIT $3 FOR UPDATE SKIP LOCKED', in_table
        ) USING after_place, newest, most;
    ELSE
        RETURN QUERY EXECUTE format(
            'SELECT kept.ctid::text, jsonb_build_object(%L, translate(encode(kept.%I, ''base64''), E''\n'', ''''))'
            ' FROM %s AS kept WHERE kept.ctid > $1::tid AND ops.key_version(kept.%I) <> $2 AND kept.%I IS NOT NULL'
            ' ORDER BY kept.ctid LIMIT $3 FOR UPDATE SKIP LOCKED',
            in_column, in_column, in_table, in_column, in_column
        ) USING after_place, newest, most;
    END IF;
END
$$;

-- Put values back where stale_ciphers found them, in the same transaction.
CREATE FUNCTION ops.put_ciphers(in_table text, in_column text, places text[], values_there jsonb[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    written bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM ops.cipher_column WHERE table_name = in_table AND column_name = in_column) THEN
        RAISE EXCEPTION 'column %.% has no protected values', in_table, in_column;
    END IF;
    EXECUTE format(
        CASE
            WHEN in_column = 'payload' THEN
                'UPDATE %s AS kept SET payload = kept.payload || ('
                '  SELECT jsonb_object_agg(field.key, (kept.payload -> field.key) || jsonb_build_object(''c'', field.value))'
                '  FROM jsonb_each(given.ciphers) AS field)'
            ELSE 'UPDATE %s AS kept SET %I = decode(given.ciphers ->> %L, ''base64'')'
        END
        || ' FROM unnest($1::tid[], $2) AS given (place, ciphers) WHERE kept.ctid = given.place',
        in_table, in_column, in_column
    ) USING places, values_there;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;

-- Every keyed hash beside a ciphertext it was made of, each pair once.
CREATE FUNCTION ops.hashed_ciphers() RETURNS TABLE (hash bytea, cipher bytea)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT DISTINCT ON (known.hash) known.hash, known.cipher
    FROM (
        SELECT decode(field.value ->> 'h', 'hex') AS hash, decode(field.value ->> 'c', 'base64') AS cipher
        FROM (SELECT payload FROM raw.municipal_row UNION ALL SELECT payload FROM raw.integrity_row) AS landed,
            jsonb_each(landed.payload) AS field
        WHERE jsonb_typeof(field.value) = 'object' AND field.value ?& ARRAY['c', 'h', 'm']
        UNION ALL SELECT id_hash, id_cipher FROM core.person
        UNION ALL SELECT phone_hash, phone_cipher FROM core.person
        UNION ALL SELECT id_hash, id_cipher FROM core.shared_person
        UNION ALL SELECT phone_hash, phone_cipher FROM core.shared_person
        UNION ALL SELECT pm_id_hash, pm_id_cipher FROM core.municipal_participant
        UNION ALL SELECT leader_id_hash, leader_id_cipher FROM core.team
        UNION ALL SELECT bank_card_hash, bank_card_cipher FROM core.project_worker
        UNION ALL SELECT pay_bank_card_hash, pay_bank_card_cipher FROM core.payroll
    ) AS known
    WHERE known.hash IS NOT NULL AND known.cipher IS NOT NULL
$$;

CREATE VIEW ops.hash_column AS
SELECT
    format('%I.%I', namespace.nspname, class.relname) AS table_name,
    cast(attribute.attname AS text) AS column_name
FROM pg_attribute AS attribute
INNER JOIN pg_class AS class ON class.oid = attribute.attrelid
INNER JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
WHERE
    namespace.nspname IN ('core', 'quality', 'delivery') AND class.relkind IN ('r', 'p') AND NOT class.relispartition
    AND NOT attribute.attisdropped AND attribute.attname LIKE '%\_hash' AND attribute.attname <> 'head_hash'
    AND attribute.atttypid = cast('bytea' AS regtype);
COMMENT ON VIEW ops.hash_column IS 'every column with keyed hashes of protected values, found by its name; payloads have them too';

-- Replace every keyed hash, all in this transaction: joins never see two sorts. What no pair is known for can join nothing any more.
CREATE FUNCTION ops.replace_hashes(former bytea[], present bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    held record;
    written bigint;
    total bigint := 0;
BEGIN
    CREATE TEMPORARY TABLE hash_pair ON COMMIT DROP AS
    SELECT pair.former, pair.present FROM unnest(former, present) AS pair (former, present);
    CREATE UNIQUE INDEX ON pg_temp.hash_pair (former);
    ANALYZE pg_temp.hash_pair;
    FOR held IN SELECT table_name, column_name FROM ops.hash_column ORDER BY 1, 2 LOOP
        EXECUTE format(
            'UPDATE %s AS kept SET %I = (SELECT pair.present FROM pg_temp.hash_pair AS pair WHERE pair.former = kept.%I)'
            ' WHERE kept.%I IS NOT NULL', held.table_name, held.column_name, held.column_name, held.column_name
        );
        GET DIAGNOSTICS written = ROW_COUNT;
        total := total + written;
    END LOOP;
    FOR held IN SELECT table_name FROM ops.cipher_column WHERE column_name = 'payload' LOOP
        EXECUTE format(
            'UPDATE %s AS kept SET payload = kept.payload || ('
            '  SELECT jsonb_object_agg(field.key, field.value || jsonb_build_object(''h'', encode(pair.present, ''hex'')))'
            '  FROM jsonb_each(kept.payload) AS field INNER JOIN pg_temp.hash_pair AS pair'
            '  ON pair.former = CASE WHEN field.value ?& ARRAY[''c'', ''h'', ''m''] THEN decode(field.value ->> ''h'', ''hex'') END'
            '  WHERE jsonb_typeof(field.value) = ''object'')'
            ' WHERE ops.payload_ciphers(kept.payload) IS NOT NULL', held.table_name
        );
        GET DIAGNOSTICS written = ROW_COUNT;
        total := total + written;
    END LOOP;
    RETURN total;
END
$$;

CREATE FUNCTION ops.other_sessions() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'realname_sync' AND pid <> pg_backend_pid()
$$;
COMMENT ON FUNCTION ops.other_sessions() IS 'how many other sessions of this system are connected to this warehouse';

REVOKE EXECUTE ON FUNCTION
ops.count_by_key(), ops.stale_ciphers(text, text, integer, text, integer), ops.put_ciphers(text, text, text[], jsonb[]),
ops.hashed_ciphers(), ops.replace_hashes(bytea[], bytea[]), ops.other_sessions() FROM public;
GRANT USAGE ON SCHEMA ops TO realname_keys, realname_rotate;
GRANT realname_keys TO realname_reveal;
GRANT SELECT ON ops.data_key TO realname_keys, realname_rotate;
GRANT SELECT ON ops.cipher_column TO realname_rotate;
GRANT INSERT, UPDATE ON ops.data_key TO realname_rotate;
GRANT EXECUTE ON FUNCTION
ops.count_by_key(), ops.stale_ciphers(text, text, integer, text, integer), ops.put_ciphers(text, text, text[], jsonb[]),
ops.hashed_ciphers(), ops.replace_hashes(bytea[], bytea[]), ops.other_sessions()
TO realname_rotate;
