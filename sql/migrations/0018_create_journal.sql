-- The journal of the delivery ledger: what each batch had become when it was told, in a hash chain for each date and platform, whose head is
-- signed. Nobody who delivers may change or remove an entry.
CREATE TABLE delivery.journal (
    work_date date NOT NULL,
    target text NOT NULL,
    entry_no bigint NOT NULL,
    batch_id bigint NOT NULL,
    project_code text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    serial_code text,
    data_sha256 text,
    row_count integer NOT NULL,
    as_of_change bigint NOT NULL,
    rows_digest bytea NOT NULL,
    row_marks bytea NOT NULL,
    outcomes_digest bytea NOT NULL,
    told_at timestamptz NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (work_date, target, entry_no)
) PARTITION BY RANGE (work_date);
CREATE INDEX ON delivery.journal (work_date, target, batch_id);
COMMENT ON COLUMN delivery.journal.row_marks IS 'four bytes of a hash of each row of the batch, in order: they tell which row is another one now';
COMMENT ON COLUMN delivery.journal.hash IS 'SHA-256 over the entry and the hash before it';

CREATE TABLE delivery.ledger_head (
    work_date date NOT NULL,
    target text NOT NULL,
    entries bigint NOT NULL,
    head_hash bytea NOT NULL,
    signed_at timestamptz NOT NULL,
    key_id text NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (work_date, target, entries)
);
COMMENT ON TABLE delivery.ledger_head IS 'signed heads of the journal: Ed25519 over date, platform, entries and hash';

-- Batches made before there was a journal have no entries, and need none.
CREATE TABLE delivery.journal_begin (
    after_batch_id bigint NOT NULL
);
INSERT INTO delivery.journal_begin (after_batch_id)
SELECT coalesce(max(batch_id), 0) FROM delivery.batch;

-- What a batch is just now, in the form the journal keeps it.
CREATE VIEW delivery.batch_content AS
SELECT
    batch.work_date,
    batch.target,
    batch.batch_id,
    batch.project_code,
    batch.kind,
    batch.state,
    batch.serial_code,
    batch.data_sha256,
    batch.row_count,
    batch.as_of_change,
    sha256(convert_to(coalesce(held.keys, ''), 'UTF8')) AS rows_digest,
    coalesce(held.marks, '') AS row_marks,
    sha256(convert_to(coalesce(told.outcomes, ''), 'UTF8')) AS outcomes_digest
FROM delivery.batch AS batch
LEFT JOIN LATERAL (
    SELECT
        string_agg(concat_ws(E'\t', row.row_index, row.local_key), E'\n' ORDER BY row.row_index, row.local_key) AS keys,
        string_agg(substring(sha256(convert_to(row.local_key, 'UTF8')) FROM 1 FOR 4), '' ORDER BY row.row_index, row.local_key) AS marks
    FROM (
        SELECT
            ledger.row_index,
            ledger.punch_id AS local_key
        FROM delivery.punch_batch AS ledger
        WHERE
            ledger.work_date = batch.work_date AND ledger.project_code = batch.project_code
            AND ledger.batch_id = batch.batch_id
        UNION ALL
        SELECT
            item.row_index,
            item.local_key
        FROM delivery.batch_item AS item
        WHERE
            item.work_date = batch.work_date AND item.project_code = batch.project_code AND item.batch_id = batch.batch_id
    ) AS row
) AS held ON TRUE
LEFT JOIN LATERAL (
    SELECT string_agg(concat_ws(E'\t', outcome.punch_id, outcome.outcome, outcome.reason), E'\n' ORDER BY outcome.punch_id) AS outcomes
    FROM delivery.row_outcome AS outcome
    WHERE
        outcome.work_date = batch.work_date AND outcome.project_code = batch.project_code
        AND outcome.target = batch.target AND outcome.batch_id = batch.batch_id
) AS told ON TRUE;

-- Where a punch stands in a batch, by batch: what the journal and the questions after unknown outcomes look up.
CREATE INDEX ON delivery.row_outcome (work_date, project_code, batch_id);

GRANT SELECT ON delivery.journal, delivery.ledger_head, delivery.journal_begin, delivery.batch_content
TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT ON delivery.journal, delivery.ledger_head TO realname_send;
