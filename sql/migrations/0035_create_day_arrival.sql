-- How far each day had come when it was last reported: what trends and monthly reports are drawn from, without counting punches again.
CREATE TABLE quality.day_arrival (
    work_date date NOT NULL,
    target text NOT NULL,
    project_code text NOT NULL,
    due integer NOT NULL,
    acknowledged integer NOT NULL,
    late integer NOT NULL,
    in_batch integer NOT NULL,
    waiting integer NOT NULL,
    held integer NOT NULL,
    refused integer NOT NULL,
    counted_at timestamptz NOT NULL,
    PRIMARY KEY (work_date, target, project_code)
);
COMMENT ON TABLE quality.day_arrival IS
'punches due to a platform and what became of them, by project, as counted by the last report of the date; acknowledged includes late';
GRANT SELECT ON quality.day_arrival TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE, DELETE ON quality.day_arrival TO realname_check;
