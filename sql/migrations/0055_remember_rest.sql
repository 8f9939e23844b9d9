-- A delivery that found nothing to tell and nothing to send remembers as of which snapshot it looked. As long as no transaction that this
-- snapshot does not see has changed a table that decides what is due, there is nothing to do now either and nothing is looked up.
--
-- What changed is told by transaction and not by a counter: a transaction that began earlier and commits later is not in the snapshot, whatever
-- its number, and no two writers wait for one another. It is told in the transaction that changes, so neither is ever there without the other.
CREATE TABLE delivery.noted_change (
    transaction_id xid8 PRIMARY KEY,
    changed_at timestamptz NOT NULL
);
COMMENT ON TABLE delivery.noted_change IS
'transactions that changed something that decides what is due at a platform; kept as long as a remembered snapshot may be asked about them';

CREATE TABLE delivery.rest (
    work_date date NOT NULL,
    target text NOT NULL,
    shard integer NOT NULL,
    shards integer NOT NULL,
    basis bytea NOT NULL,
    change_no bigint NOT NULL,
    states jsonb NOT NULL,
    cluster_id bigint NOT NULL,
    snapshot pg_snapshot NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (work_date, target, shard, shards)
);
COMMENT ON TABLE delivery.rest IS 'as of which snapshot a delivery had nothing to do, by date, platform and shard';
COMMENT ON COLUMN delivery.rest.basis IS 'by which statements, fields, sizes and key that was found; found by others it says nothing';
COMMENT ON COLUMN delivery.rest.change_no IS 'up to which read of the date';
COMMENT ON COLUMN delivery.rest.states IS 'how many punches of the date were in which state at the platform, of all shards';
COMMENT ON COLUMN delivery.rest.cluster_id IS 'the cluster that numbered the transactions; restored into another one it says nothing';

-- Once a transaction, and only where rows were really touched.
CREATE FUNCTION delivery.note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP <> 'TRUNCATE' THEN
        IF NOT EXISTS (SELECT FROM changed) THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO delivery.noted_change (transaction_id, changed_at)
    VALUES (pg_current_xact_id(), clock_timestamp())
    ON CONFLICT (transaction_id) DO NOTHING;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    watched text;
    change record;
BEGIN
    FOREACH watched IN ARRAY ARRAY[
        'core.device', 'core.entry_exit', 'core.key_post_filled', 'core.municipal_corp', 'core.municipal_participant', 'core.municipal_project',
        'core.person', 'core.project_worker', 'core.shared_corp', 'core.shared_participant', 'core.shared_person', 'core.team',
        'delivery.backlog', 'delivery.batch', 'delivery.open_project', 'delivery.registration', 'delivery.row_outcome', 'quality.finding'
    ] LOOP
        FOR change IN
            SELECT * FROM (VALUES
                ('INSERT', 'REFERENCING NEW TABLE AS changed'),
                ('UPDATE', 'REFERENCING NEW TABLE AS changed'),
                ('DELETE', 'REFERENCING OLD TABLE AS changed'),
                ('TRUNCATE', '')
            ) AS kind (operation, transition)
        LOOP
            EXECUTE format(
                'CREATE TRIGGER note_%s AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION delivery.note_change()',
                lower(change.operation), change.operation, watched, change.transition
            );
        END LOOP;
    END LOOP;
END
$$;

CREATE FUNCTION delivery.has_seen_all_changes(seen pg_snapshot) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN NOT EXISTS (
    SELECT FROM delivery.noted_change AS change
    WHERE change.transaction_id >= pg_snapshot_xmin(seen) AND NOT pg_visible_in_snapshot(change.transaction_id, seen)
);
COMMENT ON FUNCTION delivery.has_seen_all_changes(pg_snapshot) IS
'whether a snapshot sees every transaction that has changed something that decides what is due';

GRANT SELECT ON delivery.noted_change, delivery.rest TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE, DELETE ON delivery.rest TO realname_send;
GRANT DELETE ON delivery.noted_change TO realname_send;
