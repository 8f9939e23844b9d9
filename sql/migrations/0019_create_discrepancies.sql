-- What reconciliation finds: counts that differ by project, and row by row what stands behind them.
ALTER TABLE delivery.reconciliation ADD COLUMN acknowledged_persons bigint;
ALTER TABLE delivery.reconciliation ADD COLUMN platform_persons bigint;
ALTER TABLE delivery.reconciliation ADD COLUMN remark text;
COMMENT ON COLUMN delivery.reconciliation.municipal_rows IS 'what the municipal platform had when it was asked';
COMMENT ON COLUMN delivery.reconciliation.read_rows IS 'what was read of it and not withdrawn since';
COMMENT ON COLUMN delivery.reconciliation.platform_persons IS 'NULL where the platform does not tell persons';
COMMENT ON COLUMN delivery.reconciliation.remark IS 'why the rows of a project whose counts differ were not compared, or not acted upon';

CREATE TABLE delivery.discrepancy (
    work_date date NOT NULL,
    target text NOT NULL,
    project_code text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('missing', 'extra', 'doubled', 'adopted')),
    handled text NOT NULL CHECK (handled IN ('released', 'adopted', 'left')),
    punch_id text COLLATE "C",
    person_hash bytea,
    person_mask text,
    made_at timestamptz,
    direction text,
    platform_count integer NOT NULL,
    our_count integer NOT NULL,
    remark text,
    seen_at timestamptz NOT NULL
) PARTITION BY RANGE (work_date);
CREATE INDEX ON delivery.discrepancy (work_date, target, project_code);
COMMENT ON TABLE delivery.discrepancy IS
'rows a platform has otherwise than our ledger; those of a date, target and project are replaced each time they are compared';
COMMENT ON COLUMN delivery.discrepancy.kind IS
'missing: acknowledged, not there; extra: there, not ours; doubled: there more often than sent; adopted: there and ours, not recorded so';
COMMENT ON COLUMN delivery.discrepancy.handled IS 'released: waits to be sent again; adopted: counts as acknowledged now; left: a person has to act';
COMMENT ON COLUMN delivery.discrepancy.punch_id IS 'NULL where no punch of ours is like the row';

GRANT SELECT ON delivery.discrepancy TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE, DELETE ON delivery.discrepancy TO realname_send;

SELECT ops.ensure_work_date(known.work_date)
FROM (
    SELECT DISTINCT cast(right(cast(cast(inherits.inhrelid AS regclass) AS text), 8) AS date) AS work_date
    FROM pg_inherits AS inherits
    WHERE inherits.inhparent = cast('delivery.batch' AS regclass)
) AS known;
