-- How each device's clock stood on a work date, as its records tell: no heartbeat reaches us, so what a record says was its time is held
-- against when the municipal platform received it. What counts as off is for the rules to say.
CREATE TABLE quality.device_clock (
    work_date date NOT NULL,
    device_sn text NOT NULL,
    records integer NOT NULL,
    spread_seconds bigint NOT NULL,
    skew_seconds bigint,
    PRIMARY KEY (work_date, device_sn)
) PARTITION BY RANGE (work_date);
COMMENT ON TABLE quality.device_clock IS 'written by the check of its date, and replaced when that is repeated';
COMMENT ON COLUMN quality.device_clock.spread_seconds IS
'between the tenth and the ninetieth percentile of (punched_at - received_at): small where records are sent at once';
COMMENT ON COLUMN quality.device_clock.skew_seconds IS
'median of (punched_at - received_at), so ahead is positive and the way of a record makes it a little too small; NULL where records came '
'in bulk or are too few to tell';

CREATE VIEW marts.corrected_punch AS
SELECT
    punch.work_date,
    punch.project_code,
    punch.punch_id,
    punch.person_id,
    punch.device_sn,
    punch.punched_at,
    punch.received_at,
    clock.skew_seconds,
    punch.punched_at - make_interval(secs => clock.skew_seconds) AS proposed_at
FROM core.punch AS punch
INNER JOIN quality.device_clock AS clock ON clock.work_date = punch.work_date AND clock.device_sn = punch.device_sn
WHERE clock.skew_seconds IS NOT NULL AND punch.withdrawn_at IS NULL;
COMMENT ON VIEW marts.corrected_punch IS
'the time a punch would have by a right clock, a proposal; the device''s own time stays as it is';

GRANT SELECT ON quality.device_clock, marts.corrected_punch
TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE, DELETE ON quality.device_clock TO realname_check;
