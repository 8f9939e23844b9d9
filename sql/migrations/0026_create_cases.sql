-- Warning cases: what becomes of a lamp, or of a finding of a rule that opens a case, with its history.
CREATE TABLE quality.case_move (
    from_state text NOT NULL,
    to_state text NOT NULL,
    by_person boolean NOT NULL,
    needs_note boolean NOT NULL,
    PRIMARY KEY (from_state, to_state)
);
COMMENT ON TABLE quality.case_move IS
'every step a case can take; the history refers to it, so no other step can be recorded. A row from a state to itself is a remark';
COMMENT ON COLUMN quality.case_move.by_person IS 'whether a person may take the step; the check of a date may take all of them';

INSERT INTO quality.case_move (from_state, to_state, by_person, needs_note)
VALUES
('raised', 'notified', TRUE, FALSE),
('raised', 'acknowledged', TRUE, FALSE),
('notified', 'acknowledged', TRUE, FALSE),
('acknowledged', 'rectifying', TRUE, FALSE),
('rectifying', 'submitted', TRUE, TRUE),
('submitted', 'rectifying', TRUE, TRUE),
('rechecked', 'rectifying', TRUE, TRUE),
('escalated', 'acknowledged', TRUE, FALSE),
('escalated', 'rectifying', TRUE, FALSE),
('raised', 'escalated', TRUE, TRUE),
('notified', 'escalated', TRUE, TRUE),
('acknowledged', 'escalated', TRUE, TRUE),
('rectifying', 'escalated', TRUE, TRUE),
('submitted', 'escalated', TRUE, TRUE),
('rechecked', 'escalated', TRUE, TRUE),
-- What was found is gone on a later date: only a check can say so.
('raised', 'rechecked', FALSE, FALSE),
('notified', 'rechecked', FALSE, FALSE),
('acknowledged', 'rechecked', FALSE, FALSE),
('rectifying', 'rechecked', FALSE, FALSE),
('submitted', 'rechecked', FALSE, FALSE),
('escalated', 'rechecked', FALSE, FALSE),
-- A check closes only what it rechecked; a person closes anything, with a reason.
('rechecked', 'closed', TRUE, TRUE),
('raised', 'closed', TRUE, TRUE),
('notified', 'closed', TRUE, TRUE),
('acknowledged', 'closed', TRUE, TRUE),
('rectifying', 'closed', TRUE, TRUE),
('submitted', 'closed', TRUE, TRUE),
('escalated', 'closed', TRUE, TRUE),
-- It recurs: only a check or a lamp can say so.
('closed', 'raised', FALSE, FALSE),
('raised', 'raised', FALSE, TRUE),
('notified', 'notified', FALSE, TRUE),
('acknowledged', 'acknowledged', FALSE, TRUE),
('rectifying', 'rectifying', FALSE, TRUE),
('submitted', 'submitted', FALSE, TRUE),
('rechecked', 'rechecked', FALSE, TRUE),
('escalated', 'escalated', FALSE, TRUE),
('closed', 'closed', FALSE, TRUE);

CREATE TABLE quality.warning_case (
    case_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_code text,
    cause text NOT NULL,
    subject text NOT NULL,
    rule_id text,
    rule_code text,
    finding_id text,
    lamp_id text,
    level text NOT NULL CHECK (level IN ('blue', 'yellow', 'orange', 'red')),
    state text NOT NULL CHECK (
        state IN ('raised', 'notified', 'acknowledged', 'rectifying', 'submitted', 'rechecked', 'closed', 'escalated')
    ),
    raised_at timestamptz NOT NULL,
    due_date date NOT NULL,
    state_since timestamptz NOT NULL,
    found_on date,
    gone_on date,
    recurrences integer NOT NULL DEFAULT 0,
    CHECK (rule_id IS NOT NULL OR rule_code IS NOT NULL)
);
CREATE UNIQUE INDEX ON quality.warning_case (cause, subject) WHERE state <> 'closed';
CREATE INDEX ON quality.warning_case (project_code);
COMMENT ON TABLE quality.warning_case IS 'one row a case; there is one open case at a time for each cause and subject';
COMMENT ON COLUMN quality.warning_case.cause IS 'the rule that found it, or the rule code of a lamp that no rule of ours computes';
COMMENT ON COLUMN quality.warning_case.subject IS 'the project, or the key of the object where the rule opens a case for each object';
COMMENT ON COLUMN quality.warning_case.finding_id IS 'the finding that opened it; all of them are in quality.warning_case_finding';
COMMENT ON COLUMN quality.warning_case.lamp_id IS
'the lamp of the integrity platform for the same cause: the oldest one lit, or the last one that was';
COMMENT ON COLUMN quality.warning_case.due_date IS 'last day to put it right; overdue from the day after';
COMMENT ON COLUMN quality.warning_case.found_on IS
'newest date that was checked and where it was found; NULL where only a lamp tells of it';
COMMENT ON COLUMN quality.warning_case.gone_on IS
'first date after found_on that was checked and where it was not found; NULL while it is';
COMMENT ON COLUMN quality.warning_case.recurrences IS 'how often it was raised again after it was closed';

CREATE TABLE quality.warning_case_event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id bigint NOT NULL REFERENCES quality.warning_case (case_id),
    at timestamptz NOT NULL,
    from_state text,
    to_state text NOT NULL,
    by_whom text NOT NULL,
    note text NOT NULL DEFAULT '',
    FOREIGN KEY (from_state, to_state) REFERENCES quality.case_move (from_state, to_state)
);
CREATE INDEX ON quality.warning_case_event (case_id, event_id);
COMMENT ON TABLE quality.warning_case_event IS 'the history of a case; only ever added to. from_state is NULL where the case begins';
COMMENT ON COLUMN quality.warning_case_event.by_whom IS 'who took the step; `check` where a check of a date or a lamp did';

CREATE TABLE quality.warning_case_finding (
    case_id bigint NOT NULL REFERENCES quality.warning_case (case_id),
    work_date date NOT NULL,
    finding_id text NOT NULL,
    PRIMARY KEY (case_id, work_date, finding_id)
);
COMMENT ON TABLE quality.warning_case_finding IS 'the evidence: which finding was there on which date';

CREATE TABLE quality.rectification (
    rectification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id bigint NOT NULL REFERENCES quality.warning_case (case_id),
    lamp_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('planned', 'sending', 'sent', 'unknown', 'done', 'refused', 'given up')),
    data_cipher bytea NOT NULL,
    data_sha256 text NOT NULL,
    attachments integer NOT NULL,
    serial_code text,
    words text NOT NULL DEFAULT '',
    stated_at timestamptz NOT NULL,
    sent_at timestamptz,
    settled_at timestamptz
);
CREATE UNIQUE INDEX ON quality.rectification (lamp_id) WHERE state IN ('planned', 'sending', 'sent', 'unknown');
COMMENT ON TABLE quality.rectification IS 'what was stated to the integrity platform after a lamp; one statement for a lamp is under way at a time';
COMMENT ON COLUMN quality.rectification.state IS
'planned: surely not taken, may be sent; sending: a call is under way, or its sender died; sent: taken, its result is asked for; '
'unknown: may have been taken, a person decides; given up: not to be sent any more, or a person says that it did not arrive';
COMMENT ON COLUMN quality.rectification.data_cipher IS 'the data of the call, encrypted: a repetition carries the same';

CREATE VIEW quality.overdue_case AS
SELECT
    case_id,
    project_code,
    cause,
    subject,
    level,
    state,
    raised_at,
    due_date,
    cast(now() AT TIME ZONE 'Asia/Shanghai' AS date) - due_date AS days_overdue
FROM quality.warning_case
WHERE state <> 'closed' AND due_date < cast(now() AT TIME ZONE 'Asia/Shanghai' AS date);
COMMENT ON VIEW quality.overdue_case IS 'open cases whose last day has passed, by the clock of the database server';

GRANT SELECT ON
quality.case_move, quality.warning_case, quality.warning_case_event, quality.warning_case_finding, quality.rectification, quality.overdue_case
TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE ON quality.warning_case, quality.rectification TO realname_check;
GRANT INSERT ON quality.warning_case_event, quality.warning_case_finding TO realname_check;
