-- Backfills: which days were made up, of what, for whom, why and who asked, and what came of it.
CREATE TABLE ops.backfill (
    backfill_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first_date date NOT NULL,
    last_date date NOT NULL CHECK (last_date >= first_date),
    targets text[] NOT NULL CHECK (cardinality(targets) > 0),
    steps text[] NOT NULL CHECK (cardinality(steps) > 0),
    project_codes text[],
    area_code text,
    newest_first boolean NOT NULL,
    by_airflow boolean NOT NULL,
    reason text NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    after_run_id bigint NOT NULL,
    said jsonb NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'stopped')),
    created_dags text[] NOT NULL DEFAULT '{}',
    result jsonb,
    ended_at timestamptz
);
COMMENT ON TABLE ops.backfill IS 'days made up on purpose; how far one has come is told by ops.step_run alone';
COMMENT ON COLUMN ops.backfill.steps IS 'of extract, check, push, reconcile, report';
COMMENT ON COLUMN ops.backfill.project_codes IS
'whose rows are sent; NULL is every project''s. Those of area_code when it was asked for are among them';
COMMENT ON COLUMN ops.backfill.after_run_id IS 'the newest run of a step when it was asked for; only later runs count for it';
COMMENT ON COLUMN ops.backfill.said IS 'the figures that were told before anything was done';
COMMENT ON COLUMN ops.backfill.state IS 'an open one is under way, or it was interrupted and can be resumed';
COMMENT ON COLUMN ops.backfill.created_dags IS 'the DAGs that Airflow was asked to backfill for it';

GRANT SELECT ON ops.backfill TO realname_load, realname_build, realname_check, realname_send, realname_read;
GRANT INSERT, UPDATE ON ops.backfill TO realname_send;

-- CASE, so that where no project is chosen no row is compared.
CREATE FUNCTION delivery.is_chosen(project_code text, chosen text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN chosen IS NULL THEN TRUE ELSE project_code = any(chosen) END;
COMMENT ON FUNCTION delivery.is_chosen(text, text[]) IS 'whether a delivery sends what is of that project; of none chosen it sends every project''s';
