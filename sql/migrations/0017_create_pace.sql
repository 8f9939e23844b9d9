-- The rate of calls a platform bears, found by trying and shared by all senders of the platform.
CREATE TABLE ops.pace (
    platform text PRIMARY KEY,
    calls_per_second double precision NOT NULL CHECK (calls_per_second > 0),
    changed_at timestamptz NOT NULL,
    complained_at timestamptz
);
COMMENT ON COLUMN ops.pace.complained_at IS 'when a complaint last cut the rate: too many calls, no answer in time, HTTP 5xx';

CREATE TABLE ops.pace_share (
    platform text NOT NULL,
    sender text NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (platform, sender)
);
COMMENT ON TABLE ops.pace_share IS 'the senders that talk to a platform just now; they share its rate';

GRANT SELECT ON ops.pace, ops.pace_share TO realname_read;
GRANT SELECT, INSERT, UPDATE, DELETE ON ops.pace, ops.pace_share TO realname_send;
