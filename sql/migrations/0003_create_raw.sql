-- Rows as they came, identity numbers, phones and bank cards replaced by {c: ciphertext, h: keyed hash, m: mask, p: problem}.
CREATE TABLE raw.integrity_row (
    object text NOT NULL,
    source_id text NOT NULL,
    source_version bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted boolean NOT NULL,
    payload jsonb NOT NULL,
    pulled_at timestamptz NOT NULL,
    PRIMARY KEY (object, source_id, source_version)
);

CREATE TABLE raw.municipal_row (
    object text NOT NULL,
    row_key text NOT NULL,
    payload jsonb NOT NULL,
    digest bytea NOT NULL,
    first_read_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    PRIMARY KEY (object, row_key)
);
COMMENT ON COLUMN raw.municipal_row.withdrawn_at IS 'when a whole read no longer had the row';

CREATE TABLE raw.rejected_answer (
    answer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    platform text NOT NULL,
    method text NOT NULL,
    object text NOT NULL,
    row_key text NOT NULL DEFAULT '',
    reason text NOT NULL,
    body_cipher bytea NOT NULL,
    received_at timestamptz NOT NULL
);
COMMENT ON TABLE raw.rejected_answer IS 'answers and rows that are not of the agreed form, kept whole but encrypted';
