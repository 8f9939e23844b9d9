-- What the suites said stands while nothing they look at was written. That a row was written shows in the transaction that wrote it, which is
-- there without a look into the row: one pass over each table instead of every value as text, and no join for views that have one.
CREATE OR REPLACE FUNCTION quality.digest_of_rows(view_name text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    relation record;
    versions text;
    digest text := '';
BEGIN
    FOR relation IN
        WITH RECURSIVE below AS (
            SELECT cast(format('quality.%I', view_name) AS regclass)::oid AS oid
            UNION
            SELECT used.refobjid
            FROM below
            INNER JOIN pg_rewrite AS definition ON definition.ev_class = below.oid
            INNER JOIN pg_depend AS used
                ON
                    used.classid = 'pg_rewrite'::regclass AND used.objid = definition.oid
                    AND used.refclassid = 'pg_class'::regclass
        )

        SELECT
            known.oid::regclass AS name,
            known.relkind = 'p' AS is_by_date
        FROM below
        INNER JOIN pg_class AS known ON known.oid = below.oid
        WHERE known.relkind IN ('r', 'p')
        ORDER BY known.oid
    LOOP
        EXECUTE format(
            'SELECT count(*) || '':'' || coalesce(sum(hashint8extended(CAST(CAST(xmin AS text) AS bigint), 0)), 0) FROM %s %s',
            relation.name, CASE WHEN relation.is_by_date THEN 'WHERE work_date = (SELECT quality.session_work_date())' END
        )
        INTO versions;
        digest := concat_ws(' ', nullif(digest, ''), versions);
    END LOOP;
    RETURN digest;
END
$$;
COMMENT ON FUNCTION quality.digest_of_rows(text) IS
'one short text for the versions of the rows that a view of quality rests on, of a table by date those of the session''s date: another one '
'whenever one of them was written; rows that are only looked up for a value core could not read do not count, core''s own are written with them';
COMMENT ON COLUMN quality.shape_result.seen IS
'digest of what was asked and of the rows that were looked at; where it is another now, the suite is asked again';

-- The session's date is worked out once for a scan and not for each row; so is the time between, without a number of any precision.
CREATE OR REPLACE VIEW quality.shape_punch AS
SELECT
    punch_id AS object_key,
    device_sn,
    device_record_id,
    punched_at,
    direction,
    attend_type,
    nullif(project_code, '') AS project_code,
    nullif(person_id, '') AS person_id,
    date_part('epoch', punched_at - received_at) / 86400 AS days_after_receipt
FROM core.punch
WHERE work_date = (SELECT quality.session_work_date()) AND withdrawn_at IS NULL;
