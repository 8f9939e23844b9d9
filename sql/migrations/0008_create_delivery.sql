-- What goes out. State lives on the batch; a row of the ledger is written once per batch and never updated.
CREATE TABLE delivery.registration (
    target text NOT NULL,
    kind text NOT NULL,
    project_code text NOT NULL,
    local_key text NOT NULL,
    state text NOT NULL CHECK (state IN ('in_batch', 'acknowledged', 'refused')),
    platform_key text,
    digest bytea NOT NULL,
    reason text,
    settled_at timestamptz,
    PRIMARY KEY (target, kind, project_code, local_key)
);
COMMENT ON TABLE delivery.registration IS
'the chain before attendance: companies, participants, teams, workers, movements, key posts, devices, by platform';
COMMENT ON COLUMN delivery.registration.platform_key IS 'what the platform issued for it (teamSysNo)';

CREATE TABLE delivery.batch (
    work_date date NOT NULL,
    project_code text NOT NULL,
    batch_id bigint GENERATED ALWAYS AS IDENTITY,
    target text NOT NULL,
    kind text NOT NULL,
    group_key text NOT NULL DEFAULT '',
    row_count integer NOT NULL CHECK (row_count > 0),
    state text NOT NULL CHECK (state IN ('planned', 'sending', 'sent', 'unknown', 'acknowledged', 'refused', 'released')),
    sender text,
    lease_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    data_sha256 text,
    serial_code text,
    planned_at timestamptz NOT NULL,
    sent_at timestamptz,
    settled_at timestamptz,
    reason text,
    PRIMARY KEY (work_date, project_code, batch_id)
) PARTITION BY RANGE (work_date);
CREATE INDEX ON delivery.batch (target, kind, state);

CREATE TABLE delivery.batch_item (
    work_date date NOT NULL,
    project_code text NOT NULL,
    batch_id bigint NOT NULL,
    row_index integer NOT NULL,
    local_key text NOT NULL,
    PRIMARY KEY (work_date, project_code, batch_id, row_index)
) PARTITION BY RANGE (work_date);
COMMENT ON TABLE delivery.batch_item IS 'the registrations a batch of the chain carries';

CREATE TABLE delivery.punch_batch (
    work_date date NOT NULL,
    project_code text NOT NULL,
    target text NOT NULL,
    punch_id text COLLATE "C" NOT NULL,
    batch_id bigint NOT NULL,
    row_index integer NOT NULL,
    PRIMARY KEY (work_date, project_code, target, punch_id, batch_id)
) PARTITION BY RANGE (work_date);
CREATE INDEX ON delivery.punch_batch (work_date, project_code, batch_id);
COMMENT ON TABLE delivery.punch_batch IS 'the ledger: which punch went out in which batch';

CREATE TABLE delivery.row_outcome (
    work_date date NOT NULL,
    project_code text NOT NULL,
    target text NOT NULL,
    batch_id bigint NOT NULL,
    punch_id text COLLATE "C" NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('refused', 'released')),
    reason text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (work_date, project_code, target, punch_id, batch_id)
) PARTITION BY RANGE (work_date);
COMMENT ON TABLE delivery.row_outcome IS 'rows whose outcome is not that of their batch: refused alone, or released to be sent again';

CREATE TABLE delivery.hold (
    work_date date NOT NULL,
    project_code text NOT NULL,
    target text NOT NULL,
    punch_id text COLLATE "C" NOT NULL,
    rule_id text NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (work_date, project_code, target, punch_id)
) PARTITION BY RANGE (work_date);
COMMENT ON TABLE delivery.hold IS 'why a punch that is in no batch is kept back; rewritten each time the day is planned';

CREATE TABLE delivery.reconciliation (
    work_date date NOT NULL,
    target text NOT NULL,
    project_code text NOT NULL,
    municipal_rows bigint NOT NULL,
    read_rows bigint NOT NULL,
    acknowledged_rows bigint NOT NULL,
    platform_rows bigint,
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (work_date, target, project_code)
);

-- Exactly one state for every punch and target: the batch it is in decides, else the hold, else it waits.
CREATE VIEW delivery.punch_state AS
SELECT
    punch.work_date,
    target.target,
    punch.project_code,
    punch.punch_id,
    CASE
        WHEN outcome.outcome = 'refused' THEN 'refused'
        WHEN batch.state = 'acknowledged' THEN 'acknowledged'
        WHEN batch.state = 'refused' THEN 'refused'
        WHEN batch.batch_id IS NOT NULL THEN 'in_batch'
        WHEN hold.punch_id IS NOT NULL THEN 'held'
        ELSE 'waiting'
    END AS state,
    batch.batch_id,
    coalesce(outcome.reason, batch.reason, hold.reason) AS reason,
    CASE WHEN batch.batch_id IS NULL THEN hold.rule_id END AS rule_id
FROM core.punch AS punch
CROSS JOIN (VALUES ('province'), ('nation')) AS target (target)
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
        AND batch.state <> 'released' AND outcome.outcome IS DISTINCT FROM 'released'
LEFT JOIN delivery.hold AS hold
    ON
        hold.work_date = punch.work_date AND hold.project_code = punch.project_code AND hold.target = target.target
        AND hold.punch_id = punch.punch_id;
