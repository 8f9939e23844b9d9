-- Sweeps read only what is new: a punch knows which read of its date wrote it, planning knows how far it has come, and what is planned
-- once but in no live batch stands in the backlog. What was sent stays known when a punch changes later.
CREATE TABLE core.work_day (
    work_date date PRIMARY KEY,
    change_no bigint NOT NULL
);
COMMENT ON TABLE core.work_day IS 'the number of the last read of a date; its row lock puts the reads of one date one after the other';

ALTER TABLE core.punch ADD COLUMN change_no bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN core.punch.change_no IS 'the read of the date that wrote the present values, or withdrew them';
CREATE INDEX ON core.punch (work_date, change_no);

CREATE TABLE core.punch_version (
    LIKE core.punch INCLUDING DEFAULTS,
    superseded_no bigint NOT NULL,
    superseded_at timestamptz NOT NULL,
    PRIMARY KEY (work_date, project_code, punch_id, change_no)
) PARTITION BY RANGE (work_date);
COMMENT ON TABLE core.punch_version IS 'values of a punch that a later read changed or withdrew: what was sent stays known';

-- Only statements that update rows pay for this, whoever they are.
CREATE FUNCTION core.keep_superseded_punch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core.punch_version
    SELECT former.*, present.change_no, coalesce(present.withdrawn_at, present.changed_at, former.first_read_at)
    FROM former
    INNER JOIN present
        ON
            present.work_date = former.work_date AND present.project_code = former.project_code AND present.punch_id = former.punch_id
    WHERE present.change_no > former.change_no;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_superseded_punch AFTER UPDATE ON core.punch
REFERENCING OLD TABLE AS former NEW TABLE AS present
FOR EACH STATEMENT EXECUTE FUNCTION core.keep_superseded_punch();

CREATE TABLE delivery.sweep (
    work_date date NOT NULL,
    target text NOT NULL,
    upto_change_no bigint NOT NULL,
    swept_at timestamptz NOT NULL,
    PRIMARY KEY (work_date, target)
);
COMMENT ON TABLE delivery.sweep IS 'how far planning has read the punches of a date; its row lock lets one sender plan at a time';

CREATE TABLE delivery.backlog (
    work_date date NOT NULL,
    project_code text NOT NULL,
    target text NOT NULL,
    punch_id text COLLATE "C" NOT NULL,
    rule_id text,
    reason text,
    PRIMARY KEY (work_date, project_code, target, punch_id),
    CHECK ((rule_id IS NULL) = (reason IS NULL))
) PARTITION BY RANGE (work_date);
COMMENT ON TABLE delivery.backlog IS
'every punch that planning has seen and that is in no live batch and not refused: held where it says why, else waiting';

-- A row that was refused by the platform because it is there already counts as acknowledged, whatever became of its batch.
ALTER TABLE delivery.row_outcome DROP CONSTRAINT row_outcome_outcome_check;
ALTER TABLE delivery.row_outcome ADD CONSTRAINT row_outcome_outcome_check CHECK (outcome IN ('acknowledged', 'refused', 'released'));

ALTER TABLE delivery.batch ADD COLUMN as_of_change bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN delivery.batch.as_of_change IS 'punches go out with the values they had after this read of their date';
COMMENT ON COLUMN delivery.batch.data_sha256 IS 'of the text that was first tried; a repeated call has the same, or the batch is dissolved';

-- Every table that is partitioned by work date gets its partition; a new one needs no further word.
CREATE OR REPLACE FUNCTION ops.ensure_work_date(wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    parent record;
    child text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('realname.ensure_work_date'));
    FOR parent IN
        SELECT format('%I.%I', namespace.nspname, class.relname) AS name
        FROM pg_partitioned_table AS partitioned
        INNER JOIN pg_class AS class ON class.oid = partitioned.partrelid
        INNER JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
        INNER JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum = partitioned.partattrs[0]
        WHERE namespace.nspname IN ('core', 'quality', 'delivery') AND attribute.attname = 'work_date'
        ORDER BY name
    LOOP
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

DROP VIEW delivery.punch_state;
SELECT ops.ensure_work_date(known.work_date)
FROM (
    SELECT DISTINCT cast(right(cast(cast(inherits.inhrelid AS regclass) AS text), 8) AS date) AS work_date
    FROM pg_inherits AS inherits
    WHERE inherits.inhparent = cast('delivery.hold' AS regclass)
) AS known;
INSERT INTO delivery.backlog (work_date, project_code, target, punch_id, rule_id, reason)
SELECT
    hold.work_date,
    hold.project_code,
    hold.target,
    hold.punch_id,
    hold.rule_id,
    hold.reason
FROM delivery.hold
WHERE
    NOT EXISTS (
        SELECT 1 FROM delivery.punch_batch AS ledger
        INNER JOIN delivery.batch AS batch
            ON
                batch.work_date = ledger.work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
        WHERE
            ledger.work_date = hold.work_date AND ledger.project_code = hold.project_code
            AND ledger.target = hold.target AND ledger.punch_id = hold.punch_id AND batch.state <> 'released'
    );
DROP TABLE delivery.hold;

CREATE VIEW delivery.hold AS
SELECT
    work_date,
    project_code,
    target,
    punch_id,
    rule_id,
    reason
FROM delivery.backlog
WHERE rule_id IS NOT NULL;
COMMENT ON VIEW delivery.hold IS 'why a punch that is in no batch is kept back';

-- What a batch says to the platform about its punches: the values they had when it was planned, whatever became of them since.
CREATE VIEW delivery.sent_punch AS
SELECT
    ledger.work_date,
    ledger.project_code,
    ledger.target,
    ledger.batch_id,
    ledger.row_index,
    ledger.punch_id,
    punch.person_id,
    punch.device_sn,
    punch.device_record_id,
    punch.punched_at,
    punch.received_at,
    punch.direction,
    punch.attend_type,
    punch.lng,
    punch.lat,
    punch.change_no,
    punch.superseded_no
FROM delivery.punch_batch AS ledger
INNER JOIN delivery.batch AS batch
    ON batch.work_date = ledger.work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
LEFT JOIN LATERAL (
    SELECT
        former.person_id,
        former.device_sn,
        former.device_record_id,
        former.punched_at,
        former.received_at,
        former.direction,
        former.attend_type,
        former.lng,
        former.lat,
        former.change_no,
        former.superseded_no
    FROM core.punch_version AS former
    WHERE
        former.work_date = ledger.work_date AND former.project_code = ledger.project_code
        AND former.punch_id = ledger.punch_id AND former.superseded_no > batch.as_of_change
    UNION ALL
    SELECT
        present.person_id,
        present.device_sn,
        present.device_record_id,
        present.punched_at,
        present.received_at,
        present.direction,
        present.attend_type,
        present.lng,
        present.lat,
        present.change_no,
        NULL
    FROM core.punch AS present
    WHERE
        present.work_date = ledger.work_date AND present.project_code = ledger.project_code
        AND present.punch_id = ledger.punch_id
    ORDER BY superseded_no ASC NULLS LAST
    LIMIT 1
) AS punch ON TRUE;
COMMENT ON COLUMN delivery.sent_punch.superseded_no IS 'the later read that changed or withdrew the punch; NULL while what was sent still holds';

-- Exactly one state for every punch and target: the live batch it is in decides, else the backlog, else how it was refused, else it waits
-- to be planned.
CREATE VIEW delivery.punch_state AS
SELECT
    punch.work_date,
    target.target,
    punch.project_code,
    punch.punch_id,
    CASE
        WHEN outcome.outcome = 'acknowledged' THEN 'acknowledged'
        WHEN batch.state = 'acknowledged' AND outcome.outcome IS NULL THEN 'acknowledged'
        WHEN batch.state IN ('planned', 'sending', 'sent', 'unknown') THEN 'in_batch'
        WHEN backlog.punch_id IS NOT NULL AND backlog.rule_id IS NULL THEN 'waiting'
        WHEN backlog.punch_id IS NOT NULL THEN 'held'
        WHEN outcome.outcome = 'refused' OR batch.state = 'refused' THEN 'refused'
        ELSE 'waiting'
    END AS state,
    batch.batch_id,
    coalesce(CASE WHEN batch.batch_id IS NULL THEN backlog.reason END, outcome.reason, batch.reason) AS reason,
    CASE WHEN batch.batch_id IS NULL THEN backlog.rule_id END AS rule_id
FROM core.punch AS punch
CROSS JOIN (VALUES ('province'), ('nation')) AS target (target)
LEFT JOIN delivery.backlog AS backlog
    ON
        backlog.work_date = punch.work_date AND backlog.project_code = punch.project_code AND backlog.target = target.target
        AND backlog.punch_id = punch.punch_id
LEFT JOIN LATERAL (
    SELECT ledger.batch_id
    FROM delivery.punch_batch AS ledger
    WHERE
        ledger.work_date = punch.work_date AND ledger.project_code = punch.project_code
        AND ledger.target = target.target AND ledger.punch_id = punch.punch_id
    ORDER BY ledger.batch_id DESC
    LIMIT 1
) AS latest ON TRUE
LEFT JOIN delivery.row_outcome AS outcome
    ON
        outcome.work_date = punch.work_date AND outcome.project_code = punch.project_code AND outcome.target = target.target
        AND outcome.punch_id = punch.punch_id AND outcome.batch_id = latest.batch_id
LEFT JOIN delivery.batch AS batch
    ON
        batch.work_date = punch.work_date AND batch.project_code = punch.project_code AND batch.batch_id = latest.batch_id
        AND (batch.state <> 'released' OR outcome.outcome IN ('acknowledged', 'refused')) AND outcome.outcome IS DISTINCT FROM 'released'
        AND (backlog.punch_id IS NULL OR outcome.outcome = 'acknowledged' OR (batch.state <> 'refused' AND outcome.outcome IS NULL));

GRANT SELECT ON
core.work_day, core.punch_version, delivery.sweep, delivery.backlog, delivery.hold, delivery.sent_punch, delivery.punch_state
TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE, DELETE ON core.work_day, core.punch_version TO realname_build;
GRANT INSERT, UPDATE, DELETE ON delivery.sweep, delivery.backlog TO realname_send;

-- Answers to deliveries that were not of the agreed form are kept as evidence, as those to pulls are.
GRANT SELECT, INSERT ON raw.rejected_answer TO realname_send;
