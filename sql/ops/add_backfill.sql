-- Write down a backfill before anything of it is done; runs that begin from now on count for it. Reads ops.step_run; writes ops.backfill;
-- yields its number.
INSERT INTO ops.backfill (
    first_date, last_date, targets, steps, project_codes, area_code, newest_first, by_airflow, reason, asked_by, asked_at, said, after_run_id
)
SELECT
    cast(:first AS date),
    cast(:last AS date),
    cast(:targets AS text[]),
    cast(:steps AS text[]),
    cast(:project_codes AS text[]),
    cast(:area_code AS text),
    cast(:newest_first AS boolean),
    cast(:by_airflow AS boolean),
    cast(:reason AS text),
    cast(:asked_by AS text),
    cast(:asked_at AS timestamptz),
    cast(:said AS jsonb),
    coalesce(max(run_id), 0)
FROM ops.step_run
RETURNING backfill_id;
