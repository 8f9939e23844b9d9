-- Write the comparison by project. Reads core.punch for what the municipal platform still has; writes delivery.reconciliation.
INSERT INTO delivery.reconciliation (
    work_date, target, project_code, municipal_rows, read_rows, acknowledged_rows, platform_rows, checked_at
)
SELECT
    :work_date,
    :target,
    told.project_code,
    (
        SELECT count(*) FROM core.punch AS punch
        WHERE punch.work_date = :work_date AND punch.project_code = told.project_code AND punch.withdrawn_at IS NULL
    ),
    told.read_rows,
    told.acknowledged_rows,
    told.platform_rows,
    cast(:checked_at AS timestamptz)
FROM unnest(
    cast(:project_codes AS text[]), cast(:read_rows AS bigint[]), cast(:acknowledged_rows AS bigint[]), cast(:platform_rows AS bigint[])
) AS told (project_code, read_rows, acknowledged_rows, platform_rows);
