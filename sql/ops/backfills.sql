-- Backfills, newest first: all of them, :backfill_id only, or the open ones only. `is_held` says whether a process is carrying it on.
-- Reads ops.backfill and the advisory locks that sql/ops/try_hold_backfill.sql takes.
WITH held AS (
    SELECT held.objid
    FROM pg_catalog.pg_locks AS held
    INNER JOIN pg_catalog.pg_database AS here ON here.oid = held.database
    WHERE here.datname = current_database() AND held.locktype = 'advisory' AND held.classid = 4040 AND held.objsubid = 2
)

SELECT
    backfill.backfill_id,
    backfill.first_date,
    backfill.last_date,
    backfill.targets,
    backfill.steps,
    backfill.project_codes,
    backfill.area_code,
    backfill.newest_first,
    backfill.by_airflow,
    backfill.reason,
    backfill.asked_by,
    backfill.asked_at,
    backfill.after_run_id,
    backfill.said,
    backfill.state,
    backfill.created_dags,
    backfill.result,
    backfill.ended_at,
    held.objid IS NOT NULL AS is_held
FROM ops.backfill AS backfill
LEFT JOIN held ON held.objid = cast(backfill.backfill_id AS oid)
WHERE
    (cast(:backfill_id AS integer) IS NULL OR backfill.backfill_id = cast(:backfill_id AS integer))
    AND (NOT cast(:only_open AS boolean) OR backfill.state = 'open')
ORDER BY backfill.backfill_id DESC;
