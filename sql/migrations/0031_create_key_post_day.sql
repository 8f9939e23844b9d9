-- Who of the key posts was on site on which day: a row a day, project, post and person, so that months are summed up from days.
CREATE TABLE quality.key_post_day (
    work_date date NOT NULL,
    project_code text NOT NULL,
    post_code text NOT NULL,
    person_id text NOT NULL,
    first_punch_at timestamptz,
    last_punch_at timestamptz,
    punches integer NOT NULL,
    state text NOT NULL CHECK (
        state IN ('valid', 'short', 'absent', 'leave', 'stop_work', 'holiday', 'not_under_construction', 'clock_off')
    ),
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (work_date, project_code, post_code, person_id)
) PARTITION BY RANGE (work_date);
COMMENT ON TABLE quality.key_post_day IS 'written by the check of its date, and replaced when that is repeated';
COMMENT ON COLUMN quality.key_post_day.punches IS 'those that count; first and last are of these';
COMMENT ON COLUMN quality.key_post_day.state IS
'valid wins over leave, stop_work and holiday; clock_off: only a device whose clock is off says anything, so the day does not count';
COMMENT ON COLUMN quality.key_post_day.checked_at IS 'a day seen before its evening is no whole day';

CREATE VIEW marts.key_post_month AS
SELECT
    cast(date_trunc('month', day.work_date) AS date) AS month,
    day.project_code,
    day.post_code,
    day.person_id,
    min(quality.masked_name(person.name)) AS person_name,
    count(*) FILTER (WHERE day.state IN ('valid', 'short', 'absent')) AS due_days,
    count(*) FILTER (WHERE day.state = 'valid') AS valid_days,
    count(*) FILTER (WHERE day.state = 'short') AS short_days,
    count(*) FILTER (WHERE day.state = 'absent') AS absent_days,
    count(*) FILTER (WHERE day.state NOT IN ('valid', 'short', 'absent')) AS days_left_out,
    round(
        100.0 * count(*) FILTER (WHERE day.state = 'valid') / nullif(count(*) FILTER (WHERE day.state IN ('valid', 'short', 'absent')), 0), 1
    ) AS attendance_percent,
    jsonb_object_agg(cast(day.work_date AS text), day.state) AS days
FROM quality.key_post_day AS day
LEFT JOIN core.person AS person ON person.person_id = day.person_id
GROUP BY month, day.project_code, day.post_code, day.person_id;
COMMENT ON VIEW marts.key_post_month IS 'a month of a person in a key post: the days by their state, and the rate of valid ones; names masked';
COMMENT ON COLUMN marts.key_post_month.days IS 'state by day, for the calendar; a day that was never checked is not there';

GRANT SELECT ON quality.key_post_day, marts.key_post_month
TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE, DELETE ON quality.key_post_day TO realname_check;

SELECT ops.ensure_work_date(known.work_date)
FROM (
    SELECT DISTINCT cast(right(cast(cast(inherits.inhrelid AS regclass) AS text), 8) AS date) AS work_date
    FROM pg_inherits AS inherits
    WHERE inherits.inhparent = cast('quality.finding' AS regclass)
) AS known;
