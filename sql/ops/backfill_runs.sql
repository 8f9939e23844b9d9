-- The runs of steps for :first to :last that began after run :after_run_id, in the order they began; a push may be
-- split into shards. Reads ops.step_run.
SELECT
    run_id,
    work_date,
    step,
    target,
    shard,
    shards,
    state,
    summary -> 'projects' AS projects,
    summary ? 'broken' AS has_broken_rules,
    summary ? 'province' AS has_province,
    summary ? 'nation' AS has_nation
FROM ops.step_run
WHERE
    work_date BETWEEN cast(:first AS date) AND cast(:last AS date)
    AND step IN ('extract_municipal', 'check_consistency', 'deliver', 'reconcile_uploads', 'report_quality')
    AND run_id > cast(:after_run_id AS bigint)
ORDER BY run_id;
