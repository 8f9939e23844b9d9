-- The four counts of a day side by side, per project and target; differences first.
-- Reads delivery.reconciliation, marts.project; parameters :work_date and :project_codes, empty for all. Writes nothing.
SELECT
    reconciliation.target,
    reconciliation.project_code,
    project.project_name,
    project.area_code,
    reconciliation.municipal_rows,
    reconciliation.read_rows,
    reconciliation.acknowledged_rows,
    reconciliation.platform_rows,
    reconciliation.checked_at
FROM delivery.reconciliation
LEFT JOIN marts.project AS project ON project.project_code = reconciliation.project_code
WHERE
    reconciliation.work_date = cast(:work_date AS date)
    AND (cast(:project_codes AS text[]) IS NULL OR reconciliation.project_code = any(cast(:project_codes AS text[])))
ORDER BY
    reconciliation.municipal_rows <> reconciliation.read_rows
    OR coalesce(reconciliation.acknowledged_rows <> reconciliation.platform_rows, TRUE) DESC,
    project.area_code ASC,
    reconciliation.project_code ASC,
    reconciliation.target DESC;
