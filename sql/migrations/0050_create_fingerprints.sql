-- What a whole read of the municipal platform came to, so that the next one finds out at the source that nothing changed. A fingerprint is
-- kept in the transaction that takes the rows over, and whoever takes rows of an object over holds its row until then.
CREATE TABLE raw.municipal_read (
    object text PRIMARY KEY,
    fingerprint bytea NOT NULL,
    row_count bigint NOT NULL,
    repeated_rows bigint NOT NULL,
    is_built boolean NOT NULL,
    read_at timestamptz NOT NULL
);
COMMENT ON TABLE raw.municipal_read IS 'the last read of each object that is read whole, as it stands in raw.municipal_row';
COMMENT ON COLUMN raw.municipal_read.fingerprint IS 'over all its rows as the source wrote them; the same again means that nothing changed';
COMMENT ON COLUMN raw.municipal_read.repeated_rows IS 'rows whose key came twice: they are told each time, so such an object is always read';
COMMENT ON COLUMN raw.municipal_read.is_built IS 'whether core was built from it';

ALTER TABLE core.work_day ADD COLUMN fingerprint bytea, ADD COLUMN punches bigint;
COMMENT ON COLUMN core.work_day.fingerprint IS
'over the rows that the last read of the date found; NULL where rows of other days were among them that were not read yet';
COMMENT ON COLUMN core.work_day.punches IS 'how many punches the warehouse has for the date since then';

GRANT SELECT ON raw.municipal_read TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE ON raw.municipal_read TO realname_load;
GRANT UPDATE (is_built) ON raw.municipal_read TO realname_build;
