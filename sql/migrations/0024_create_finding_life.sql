-- Findings have a life: first seen, last seen, open or gone, muted; a mismatch of a shared field may become a correction.

-- What a check of a date no longer found, though an earlier check of that date had: the history of a finding.
CREATE TABLE quality.former_finding (
    work_date date NOT NULL,
    rule_id text NOT NULL,
    object text NOT NULL,
    object_key text NOT NULL,
    field text NOT NULL DEFAULT '',
    severity text NOT NULL,
    project_code text,
    area_code text,
    expected text,
    actual text,
    owner text NOT NULL,
    remedy text NOT NULL,
    found_at timestamptz NOT NULL,
    gone_at timestamptz NOT NULL,
    PRIMARY KEY (work_date, rule_id, object, object_key, field)
);
COMMENT ON TABLE quality.former_finding IS
'findings of a date that a later check of the same date no longer made; one that is made again is taken out';
CREATE INDEX ON quality.finding (quality.finding_id(rule_id, object, object_key, field));
CREATE INDEX ON quality.former_finding (quality.finding_id(rule_id, object, object_key, field));

-- Which rules looked at a date, and which broke on it.
CREATE TABLE quality.checked_rule (
    work_date date NOT NULL,
    rule_id text NOT NULL,
    object text NOT NULL,
    scope text NOT NULL CHECK (scope IN ('day', 'standing')),
    checked_at timestamptz NOT NULL,
    pulled_until timestamptz,
    PRIMARY KEY (work_date, rule_id, object)
);
CREATE INDEX ON quality.checked_rule (rule_id, object, work_date DESC);
COMMENT ON COLUMN quality.checked_rule.scope IS
'day: a finding is about its own date, as of a punch; standing: about what holds until somebody mends it';
COMMENT ON COLUMN quality.checked_rule.pulled_until IS
'the end of the last pull of shared data that was complete before the rule looked; NULL where there was none';

CREATE TABLE quality.broken_rule (
    work_date date NOT NULL,
    rule_id text NOT NULL,
    severity text NOT NULL,
    error text NOT NULL,
    sqlstate text,
    broken_at timestamptz NOT NULL,
    PRIMARY KEY (work_date, rule_id)
);
COMMENT ON TABLE quality.broken_rule IS
'rules that could not be carried out when the date was last checked; their former findings of the date stand';
COMMENT ON COLUMN quality.broken_rule.error IS 'the class of the error, never its words: those may quote a row';

INSERT INTO quality.checked_rule (work_date, rule_id, object, scope, checked_at, pulled_until)
SELECT
    run.work_date,
    found.rule_id,
    found.object,
    CASE WHEN found.object IN ('punch', 'upload', 'answer') OR starts_with(found.rule_id, 'UPL-') THEN 'day' ELSE 'standing' END,
    max(run.ended_at),
    NULL
FROM ops.step_run AS run
CROSS JOIN (SELECT DISTINCT
    rule_id,
    object
FROM quality.finding) AS found
WHERE run.step = 'check_consistency' AND run.state = 'done' AND run.work_date IS NOT NULL
GROUP BY run.work_date, found.rule_id, found.object;

-- Mutes: for some time, with a reason, never for ever.
CREATE TABLE quality.mute (
    mute_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_id text NOT NULL,
    finding_id text,
    project_code text,
    reason text NOT NULL CHECK (btrim(reason) <> ''),
    muted_by text NOT NULL CHECK (btrim(muted_by) <> ''),
    from_date date NOT NULL,
    until_date date NOT NULL CHECK (isfinite(until_date)),
    created_at timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_by text,
    CHECK (until_date >= from_date),
    CHECK (finding_id IS NULL OR project_code IS NULL),
    CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
COMMENT ON TABLE quality.mute IS
'findings that somebody wants out of the figures: one, or all of a rule (of one project); rows are kept back all the same';
COMMENT ON COLUMN quality.mute.from_date IS 'the first work date on which it holds; until_date is the last one';

CREATE VIEW quality.mute_in_force AS
SELECT
    mute_id,
    rule_id,
    finding_id,
    project_code,
    from_date,
    least(until_date, cast(lifted_at AT TIME ZONE 'Asia/Shanghai' AS date) - 1) AS until_date
FROM quality.mute
WHERE lifted_at IS NULL OR cast(lifted_at AT TIME ZONE 'Asia/Shanghai' AS date) > from_date;
COMMENT ON VIEW quality.mute_in_force IS 'mutes with the last date they hold on: the day before they were lifted, if they were';

CREATE VIEW quality.muted_finding AS
SELECT
    finding.work_date,
    finding.rule_id,
    finding.object,
    finding.object_key,
    finding.field,
    max(mute.until_date) AS muted_until
FROM quality.mute_in_force AS mute
INNER JOIN quality.finding AS finding
    ON
        finding.rule_id = mute.rule_id
        AND finding.work_date BETWEEN mute.from_date AND mute.until_date
        AND (mute.project_code IS NULL OR mute.project_code = finding.project_code)
        AND (
            mute.finding_id IS NULL
            OR mute.finding_id
            = quality.finding_id(finding.rule_id, finding.object, finding.object_key, finding.field)
        )
GROUP BY finding.work_date, finding.rule_id, finding.object, finding.object_key, finding.field;
COMMENT ON VIEW quality.muted_finding IS 'findings of a date that are muted on that date, and so are not in its figures';

CREATE FUNCTION quality.today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
    cast(nullif(current_setting('realname.today', TRUE), '') AS date),
    cast(now() AT TIME ZONE 'Asia/Shanghai' AS date)
);
COMMENT ON FUNCTION quality.today() IS
'the date in Shanghai, by the clock the session was told (setting realname.today), else by the server''s';

-- Corrections: requests to the integrity platform to mend a shared field. Nothing here writes one.
CREATE TABLE quality.correction (
    correction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    finding_id text NOT NULL,
    rule_id text NOT NULL,
    object text NOT NULL,
    object_key text NOT NULL,
    project_code text,
    object_type text NOT NULL,
    source_id text NOT NULL,
    source_version bigint NOT NULL,
    field text NOT NULL,
    shared_shown text,
    municipal_shown text,
    reason text NOT NULL,
    data_cipher bytea NOT NULL,
    data_sha256 text NOT NULL,
    state text NOT NULL CHECK (
        state IN ('drafted', 'sent', 'received', 'accepted', 'rejected', 'applied', 'closed', 'reopened')
    ),
    ticket_no text,
    serial_code text,
    sent_at timestamptz,
    asked_at timestamptz,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    reject_reason text,
    remark text
);
COMMENT ON COLUMN quality.correction.shared_shown IS 'what the integrity platform has, names and phones masked';
COMMENT ON COLUMN quality.correction.data_cipher IS
'the business JSON of Correction.Add, encrypted as personal values are; a repeated call carries the very same text';
COMMENT ON COLUMN quality.correction.sent_at IS
'when the call was begun; with no serial code its outcome is unknown and has to be asked about';
CREATE UNIQUE INDEX correction_under_way ON quality.correction (object_type, source_id, field)
WHERE state IN ('drafted', 'sent', 'received', 'accepted', 'applied');
CREATE INDEX ON quality.correction (finding_id, correction_id DESC);
CREATE INDEX ON quality.correction (ticket_no);

CREATE TABLE quality.correction_event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    correction_id bigint NOT NULL REFERENCES quality.correction (correction_id),
    state text NOT NULL,
    told_at timestamptz NOT NULL,
    told_by text NOT NULL,
    remark text
);
CREATE INDEX ON quality.correction_event (correction_id, event_id);
COMMENT ON TABLE quality.correction_event IS 'what became of a correction, in order; rows are only added';

CREATE TABLE quality.correction_cursor (
    platform text PRIMARY KEY,
    asked_until timestamptz NOT NULL
);
COMMENT ON TABLE quality.correction_cursor IS 'up to when Correction.Query was asked for changes, by our clock';

CREATE VIEW quality.newest_correction AS
SELECT DISTINCT ON (finding_id) *
FROM quality.correction
ORDER BY finding_id ASC, correction_id DESC;

CREATE FUNCTION quality.owner_by_correction(owner text, state text, ticket_no text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN state IN ('drafted', 'sent', 'received', 'accepted', 'applied', 'reopened') THEN 'integrity platform'
    WHEN state = 'rejected' AND ticket_no IS NOT NULL THEN 'municipal platform'
    ELSE owner
END;
COMMENT ON FUNCTION quality.owner_by_correction(text, text, text) IS
'whose a mismatch is: the integrity platform''s while it is asked to correct it, the municipal platform''s once that was rejected';

-- The life of each finding.
CREATE VIEW quality.seen_finding AS
SELECT
    work_date,
    rule_id,
    object,
    object_key,
    field,
    severity,
    project_code,
    area_code,
    expected,
    actual,
    owner,
    remedy,
    found_at,
    cast(NULL AS timestamptz) AS gone_at
FROM quality.finding
UNION ALL
SELECT
    work_date,
    rule_id,
    object,
    object_key,
    field,
    severity,
    project_code,
    area_code,
    expected,
    actual,
    owner,
    remedy,
    found_at,
    gone_at
FROM quality.former_finding;
COMMENT ON VIEW quality.seen_finding IS 'a finding on each date it was seen on; with gone_at where that date no longer has it';

CREATE VIEW quality.newest_look AS
SELECT DISTINCT ON (rule_id, object)
    rule_id,
    object,
    scope,
    work_date,
    checked_at,
    pulled_until
FROM quality.checked_rule
ORDER BY rule_id ASC, object ASC, work_date DESC;
COMMENT ON VIEW quality.newest_look IS 'the last date each rule looked at, for each object it is about';

CREATE VIEW quality.finding_state AS
SELECT
    quality.finding_id(seen.rule_id, seen.object, seen.object_key, seen.field) AS finding_id,
    seen.rule_id,
    seen.object,
    seen.object_key,
    seen.field,
    seen.project_code,
    seen.first_seen,
    seen.last_seen,
    seen.days_seen,
    CASE
        WHEN seen.last_standing IS NULL THEN 'gone'
        WHEN look.scope = 'standing' AND seen.last_standing < look.work_date THEN 'gone'
        WHEN muted.until_date IS NOT NULL THEN 'muted'
        ELSE 'open'
    END AS state,
    muted.until_date AS muted_until
FROM (
    SELECT
        rule_id,
        object,
        object_key,
        field,
        max(project_code) AS project_code,
        min(work_date) AS first_seen,
        max(work_date) AS last_seen,
        count(*) AS days_seen,
        max(work_date) FILTER (WHERE gone_at IS NULL) AS last_standing
    FROM quality.seen_finding
    GROUP BY rule_id, object, object_key, field
) AS seen
LEFT JOIN quality.newest_look AS look ON look.rule_id = seen.rule_id AND look.object = seen.object
LEFT JOIN LATERAL (
    SELECT max(mute.until_date) AS until_date
    FROM quality.mute_in_force AS mute
    WHERE
        mute.rule_id = seen.rule_id
        AND quality.today() BETWEEN mute.from_date AND mute.until_date
        AND (mute.project_code IS NULL OR mute.project_code = seen.project_code)
        AND (
            mute.finding_id IS NULL
            OR mute.finding_id = quality.finding_id(seen.rule_id, seen.object, seen.object_key, seen.field)
        )
) AS muted ON TRUE;
COMMENT ON VIEW quality.finding_state IS
'each finding once: gone where the last check that looked for it did not make it, muted where that is wished for today, else open';

GRANT SELECT ON ALL TABLES IN SCHEMA quality TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT EXECUTE ON FUNCTION quality.today(), quality.owner_by_correction(text, text, text)
TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE, DELETE ON quality.former_finding, quality.checked_rule, quality.broken_rule TO realname_check;
GRANT INSERT, UPDATE ON quality.mute, quality.correction, quality.correction_cursor TO realname_check;
GRANT INSERT ON quality.correction_event TO realname_check;
