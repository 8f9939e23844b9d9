-- Up to which read the punches of a date have been checked: nothing read later is sent before the next check.
CREATE TABLE quality.checked_read (
    work_date date PRIMARY KEY,
    change_no bigint NOT NULL,
    checked_at timestamptz NOT NULL
);
COMMENT ON TABLE quality.checked_read IS 'the newest read of a date (core.work_day) that its findings rest on';
GRANT SELECT ON quality.checked_read TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE ON quality.checked_read TO realname_check;

INSERT INTO quality.checked_read (work_date, change_no, checked_at)
SELECT
    day.work_date,
    day.change_no,
    max(run.ended_at)
FROM core.work_day AS day
INNER JOIN ops.step_run AS run ON run.work_date = day.work_date AND run.step = 'check_consistency' AND run.state = 'done'
GROUP BY day.work_date, day.change_no;
