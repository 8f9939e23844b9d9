-- How the project of a punch of :work_date stood in the last reconciliation, by platform. Reads core.punch, delivery.reconciliation.
SELECT
    reconciliation.target,
    reconciliation.acknowledged_rows,
    reconciliation.platform_rows,
    reconciliation.remark,
    reconciliation.checked_at
FROM core.punch AS punch
INNER JOIN delivery.reconciliation
    ON reconciliation.work_date = punch.work_date AND reconciliation.project_code = punch.project_code
WHERE punch.work_date = cast(:work_date AS date) AND punch.punch_id = :punch_id
ORDER BY reconciliation.target DESC;
