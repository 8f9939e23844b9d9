-- What ran, how far pulls have come, every call made to a platform, and the platforms' credentials.
CREATE TABLE ops.step_run (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    step text NOT NULL,
    work_date date,
    target text,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'failed')),
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    summary jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX ON ops.step_run (step, work_date, run_id);

CREATE TABLE ops.pull_cursor (
    object text NOT NULL,
    area_code text NOT NULL,
    updated_since timestamptz NOT NULL,
    full_read_at timestamptz,
    moved_at timestamptz NOT NULL,
    PRIMARY KEY (object, area_code)
);
COMMENT ON COLUMN ops.pull_cursor.updated_since IS 'highest updatedAt seen; the next read starts an overlap before it';

CREATE TABLE ops.call_log (
    call_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    platform text NOT NULL,
    method text NOT NULL,
    appid text NOT NULL,
    project_code text,
    code integer,
    http_status integer,
    error text,
    sent_at timestamptz NOT NULL,
    elapsed_ms integer NOT NULL,
    request_bytes integer NOT NULL,
    data_sha256 text NOT NULL,
    serial_code text
);
CREATE INDEX ON ops.call_log (platform, sent_at);

CREATE TABLE ops.platform_credential (
    platform text NOT NULL,
    project_code text NOT NULL,
    appid text NOT NULL,
    secret_cipher bytea NOT NULL,
    loaded_at timestamptz NOT NULL,
    PRIMARY KEY (platform, project_code)
);
COMMENT ON COLUMN ops.platform_credential.secret_cipher IS 'AES-GCM under the data key; never shown';
