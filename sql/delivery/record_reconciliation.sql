-- Write the comparison by project; clear_reconciliation went before it in the same transaction. Writes delivery.reconciliation.
INSERT INTO delivery.reconciliation (
    work_date, target, project_code, municipal_rows, read_rows, acknowledged_rows, platform_rows, acknowledged_persons, platform_persons,
    remark, checked_at
)
SELECT
    :work_date,
    :target,
    told.*,
    cast(:checked_at AS timestamptz)
FROM unnest(
    cast(:project_codes AS text[]), cast(:municipal_rows AS bigint[]), cast(:read_rows AS bigint[]), cast(:acknowledged_rows AS bigint[]),
    cast(:platform_rows AS bigint[]), cast(:acknowledged_persons AS bigint[]), cast(:platform_persons AS bigint[]),
    cast(:remarks AS text[])
) AS told;
