-- What was last said about the deadline of a date, so that a person hears of each change once.
CREATE TABLE ops.deadline_watch (
    work_date date NOT NULL,
    target text NOT NULL,
    verdict text NOT NULL,
    told text[] NOT NULL DEFAULT '{}',
    said_at timestamptz NOT NULL,
    PRIMARY KEY (work_date, target)
);
COMMENT ON COLUMN ops.deadline_watch.told IS 'the channels that took the message about this verdict';
GRANT SELECT ON ops.deadline_watch TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE ON ops.deadline_watch TO realname_send;

-- How fast a platform answers, and which calls a punch was in, are asked for by who reads only.
GRANT SELECT ON ops.call_log TO realname_read;
