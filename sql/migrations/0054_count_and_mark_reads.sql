-- How many punches each project has on a date, kept by the reads that bring them, so that nobody counts a day's punches to say how it stands.
CREATE TABLE core.project_day (
    work_date date NOT NULL,
    project_code text NOT NULL,
    punches bigint NOT NULL,
    PRIMARY KEY (work_date, project_code)
) PARTITION BY RANGE (work_date);
COMMENT ON TABLE core.project_day IS
'how many punches the warehouse has of a project and date, withdrawn ones included; written by each read in the transaction that brings them';

SELECT ops.ensure_work_date(known.work_date) FROM ops.known_work_dates() AS known;
INSERT INTO core.project_day (work_date, project_code, punches)
SELECT
    work_date,
    project_code,
    count(*)
FROM core.punch
GROUP BY work_date, project_code;

-- Beside the fingerprint, what the source counted of changes to the tables it lies in before it was made, and when it was made.
ALTER TABLE raw.municipal_read ADD COLUMN mark bytea, ADD COLUMN summed_at timestamptz;
COMMENT ON COLUMN raw.municipal_read.mark IS
'what the source counted of changes before the fingerprint was made; the same again means that nothing was counted since';
COMMENT ON COLUMN raw.municipal_read.summed_at IS 'when the source last made the fingerprint';
ALTER TABLE core.work_day ADD COLUMN mark bytea, ADD COLUMN summed_at timestamptz;
COMMENT ON COLUMN core.work_day.mark IS
'what the source counted of changes before the fingerprint was made; the same again means that nothing was counted since';
COMMENT ON COLUMN core.work_day.summed_at IS 'when the source last made the fingerprint';

GRANT SELECT ON core.project_day TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE ON core.project_day TO realname_build;
