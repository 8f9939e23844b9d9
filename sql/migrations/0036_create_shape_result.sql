-- What Great Expectations said of each suite when a date was last checked: whether each expectation held and how many rows it failed
-- on, and no value of any row.
CREATE TABLE quality.shape_result (
    work_date date NOT NULL,
    object text NOT NULL,
    result jsonb NOT NULL,
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (work_date, object)
);
COMMENT ON COLUMN quality.shape_result.result IS 'a suite validation result of Great Expectations; without values, indexes and queries';
GRANT SELECT ON quality.shape_result TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE, DELETE ON quality.shape_result TO realname_check;
