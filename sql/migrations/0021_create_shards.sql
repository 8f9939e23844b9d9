-- One date's work at one platform can be split among several senders by project. Every project belongs to one of a fixed number of slots,
-- and a shard holds whole slots: what planning remembers by slot so holds whatever number of shards comes next.
CREATE FUNCTION delivery.slots() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 24;
COMMENT ON FUNCTION delivery.slots() IS 'how many slots there are, and so how many shards at most; slots that exist are never renumbered';

-- SHA-256 is the same on every machine and in every version, which hashtext() does not promise.
CREATE FUNCTION delivery.slot_of(project_code text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN cast(cast('x' || encode(substring(sha256(convert_to(project_code, 'UTF8')) FROM 1 FOR 3), 'hex') AS bit(24)) AS integer) % delivery.slots();
COMMENT ON FUNCTION delivery.slot_of(text) IS
'the slot of a project, from its code alone; costs a hash, so ask open_project.slot where many rows are read';

-- CASE, because the planner then expects every second row to remain and not every two hundredth, and no row is hashed for the whole.
CREATE FUNCTION delivery.in_shard(slot integer, shard integer, shards integer) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN shards = 1 THEN TRUE ELSE slot % shards = shard - 1 END;
COMMENT ON FUNCTION delivery.in_shard(integer, integer, integer) IS 'whether a slot is part of shard number `shard` of `shards`; 1 of 1 is the whole';

ALTER TABLE delivery.open_project ADD COLUMN slot integer NOT NULL GENERATED ALWAYS AS (delivery.slot_of(project_code)) STORED;

ALTER TABLE delivery.sweep ADD COLUMN slot integer NOT NULL DEFAULT 0;
ALTER TABLE delivery.sweep DROP CONSTRAINT sweep_pkey;
INSERT INTO delivery.sweep (work_date, target, slot, upto_change_no, swept_at)
SELECT
    known.work_date,
    known.target,
    slot.number,
    known.upto_change_no,
    known.swept_at
FROM delivery.sweep AS known
CROSS JOIN generate_series(1, delivery.slots() - 1) AS slot (number);
ALTER TABLE delivery.sweep ALTER COLUMN slot DROP DEFAULT;
ALTER TABLE delivery.sweep ADD PRIMARY KEY (work_date, target, slot);
COMMENT ON TABLE delivery.sweep IS
'how far planning has read the punches of a date, by slot of projects; the row locks let one sender plan a slot at a time';

-- Each shard leaves a run of its own.
ALTER TABLE ops.step_run ADD COLUMN shard integer NOT NULL DEFAULT 1;
ALTER TABLE ops.step_run ADD COLUMN shards integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN ops.step_run.shard IS 'which of `shards` parts of the work this run did; 1 of 1 is all of it';

-- Several senders may analyse at once: in one order, so that none waits for one that waits for it.
CREATE OR REPLACE FUNCTION ops.refresh_statistics(layer text, wanted date) RETURNS void
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
        ORDER BY tablename
    LOOP
        EXECUTE format('ANALYZE %s', table_name);
    END LOOP;
END
$$;
