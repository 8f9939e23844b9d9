-- What is past its time goes: whole days by dropping their partitions, other rows in batches. What went is written down, and a day that went
-- is not made again, because what it had sent would be sent a second time.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'realname_retain') THEN
        CREATE ROLE realname_retain NOLOGIN;
    END IF;
    GRANT realname_retain TO CURRENT_USER;
END
$$;

CREATE TABLE ops.dropped_day (
    work_date date PRIMARY KEY,
    dropped_at timestamptz NOT NULL,
    basis text NOT NULL,
    dropped_rows jsonb NOT NULL
);
COMMENT ON TABLE ops.dropped_day IS 'days whose rows are past their time and gone, with how many there were by table';

CREATE TABLE ops.dropped_rows (
    dropped_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dropped_at timestamptz NOT NULL,
    subject text NOT NULL,
    before timestamptz NOT NULL,
    row_count bigint NOT NULL,
    basis text NOT NULL
);
COMMENT ON TABLE ops.dropped_rows IS 'rows of other tables that are past their time and gone, one row a subject and run';

CREATE TABLE delivery.ledger_anchor (
    work_date date NOT NULL,
    target text NOT NULL,
    entries bigint NOT NULL,
    head_hash bytea NOT NULL,
    dropped_at timestamptz NOT NULL,
    key_id text NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (work_date, target)
);
COMMENT ON TABLE delivery.ledger_anchor IS
'where the chain of a dropped day ended, verified just before: Ed25519 over date, platform, entries, hash and instant. Its signed heads stay';

CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON ops.dropped_day
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON ops.dropped_rows
FOR EACH STATEMENT EXECUTE FUNCTION ops.refuse_change();

CREATE FUNCTION ops.known_work_dates() RETURNS TABLE (work_date date) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT to_date(right(class.relname, 8), 'YYYYMMDD')
    FROM pg_inherits AS inherits
    INNER JOIN pg_class AS class ON class.oid = inherits.inhrelid
    WHERE inherits.inhparent = 'core.punch'::regclass
$$;

CREATE VIEW ops.dated_table AS
SELECT format('%I.%I', namespace.nspname, class.relname) AS name
FROM pg_partitioned_table AS partitioned
INNER JOIN pg_class AS class ON class.oid = partitioned.partrelid
INNER JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
INNER JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum = partitioned.partattrs[0]
WHERE namespace.nspname IN ('core', 'quality', 'delivery') AND attribute.attname = 'work_date';
COMMENT ON VIEW ops.dated_table IS 'every table that is partitioned by work date, by its name';

-- A completion that lies before the start, as an empty date stored as 1970 does, completes nothing: what cannot be got back waits for a right one.
CREATE VIEW raw.settled_pay_slip AS
SELECT
    slip.row_key,
    cast(project.actual_complete_date AS timestamp) AT TIME ZONE 'Asia/Shanghai' AS completed_at
FROM raw.municipal_row AS slip
INNER JOIN core.current_project AS project ON project.project_code = slip.payload ->> 'project_code'
WHERE
    slip.object = 'payroll' AND slip.withdrawn_at IS NOT NULL
    AND project.actual_complete_date >= project.start_date
    AND NOT EXISTS (
        SELECT 1 FROM quality.warning_case AS warning
        WHERE warning.project_code = project.project_code AND warning.state <> 'closed'
    );
COMMENT ON VIEW raw.settled_pay_slip IS
'pay slips that the municipal platform no longer has, of completed projects without an open case, with the completion';

CREATE OR REPLACE FUNCTION ops.ensure_work_date(wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    parent record;
    child text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('realname.ensure_work_date'));
    IF EXISTS (SELECT FROM ops.dropped_day WHERE work_date = wanted) THEN
        RAISE EXCEPTION 'the rows of % are past their time and were dropped', wanted;
    END IF;
    FOR parent IN SELECT dated.name FROM ops.dated_table AS dated ORDER BY dated.name LOOP
        child := parent.name || '_' || to_char(wanted, 'YYYYMMDD');
        IF to_regclass(child) IS NULL THEN
            EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent.name);
            EXECUTE format(
                'ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%L) TO (%L)', parent.name, child, wanted, wanted + 1
            );
        END IF;
    END LOOP;
END
$$;

-- Readers of other days are kept waiting while a partition is taken out, so a lock that does not come soon is given up: the next run tries.
CREATE FUNCTION ops.drop_work_date(wanted date, dropped_at timestamptz, basis text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    parent record;
    child text;
    counted bigint;
    gone jsonb := '{}';
BEGIN
    PERFORM set_config('lock_timeout', '5s', TRUE);
    PERFORM pg_advisory_xact_lock(hashtext('realname.ensure_work_date'));
    child := 'delivery.journal_' || to_char(wanted, 'YYYYMMDD');
    IF to_regclass(child) IS NOT NULL THEN
        EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', child);
    END IF;
    IF EXISTS (
        SELECT FROM delivery.journal AS entry
        LEFT JOIN delivery.ledger_anchor AS anchor ON anchor.work_date = entry.work_date AND anchor.target = entry.target
        WHERE entry.work_date = wanted
        GROUP BY entry.target, anchor.entries
        HAVING max(entry.entry_no) IS DISTINCT FROM anchor.entries
    ) THEN
        RAISE EXCEPTION 'the journal of % goes on after its anchor', wanted;
    END IF;
    FOR parent IN SELECT dated.name FROM ops.dated_table AS dated ORDER BY dated.name LOOP
        child := parent.name || '_' || to_char(wanted, 'YYYYMMDD');
        IF to_regclass(child) IS NOT NULL THEN
            EXECUTE format('SELECT count(*) FROM %s', child) INTO counted;
            EXECUTE format('DROP TABLE %s', child);
            gone := gone || jsonb_build_object(parent.name, counted);
        END IF;
    END LOOP;
    DELETE FROM core.work_day AS kept WHERE kept.work_date = wanted;
    DELETE FROM delivery.sweep AS kept WHERE kept.work_date = wanted;
    DELETE FROM quality.checked_read AS kept WHERE kept.work_date = wanted;
    DELETE FROM quality.checked_rule AS kept WHERE kept.work_date = wanted;
    DELETE FROM quality.broken_rule AS kept WHERE kept.work_date = wanted;
    DELETE FROM quality.unknown_rule AS kept WHERE kept.work_date = wanted;
    DELETE FROM quality.shape_result AS kept WHERE kept.work_date = wanted;
    DELETE FROM ops.deadline_watch AS kept WHERE kept.work_date = wanted;
    INSERT INTO ops.dropped_day (work_date, dropped_at, basis, dropped_rows)
    VALUES (wanted, drop_work_date.dropped_at, drop_work_date.basis, gone);
    RETURN gone;
END
$$;

REVOKE EXECUTE ON FUNCTION ops.drop_work_date(date, timestamptz, text), ops.known_work_dates() FROM public;
GRANT USAGE ON SCHEMA ops, raw, core, quality, delivery TO realname_retain;
GRANT EXECUTE ON FUNCTION ops.drop_work_date(date, timestamptz, text), ops.known_work_dates() TO realname_retain;
GRANT SELECT ON ALL TABLES IN SCHEMA core, quality, delivery TO realname_retain;
GRANT SELECT ON raw.settled_pay_slip TO realname_retain;
GRANT SELECT, DELETE ON raw.municipal_row, raw.rejected_answer, ops.call_log TO realname_retain;
GRANT INSERT ON ops.dropped_rows, delivery.ledger_anchor TO realname_retain;
GRANT SELECT ON ops.dropped_day, ops.dropped_rows, delivery.ledger_anchor
TO realname_load, realname_build, realname_check, realname_send, realname_read, realname_retain;
