-- Projects of which a platform had another number of rows, or rows of another number of persons, than it acknowledged, when :work_date was
-- last reconciled. Reads delivery.reconciliation.
SELECT
    project_code AS object_key,
    concat('attendance:', target) AS field,
    project_code,
    concat_ws(', ', concat(acknowledged_rows, ' rows'), acknowledged_persons || ' persons') AS expected,
    concat_ws('; ', concat_ws(', ', concat(platform_rows, ' rows'), platform_persons || ' persons'), remark) AS actual
FROM delivery.reconciliation
WHERE
    work_date = :work_date AND platform_rows IS NOT NULL
    AND (platform_rows <> acknowledged_rows OR coalesce(platform_persons <> acknowledged_persons, FALSE));
