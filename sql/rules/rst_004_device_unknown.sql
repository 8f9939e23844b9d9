-- Punches of :work_date from devices that are not entered for that project.
-- Reads core.punch and core.device; a punch without a device is SHP-001.
SELECT
    punch.punch_id AS object_key,
    'deviceSn' AS field,
    punch.project_code,
    'a device of the project' AS expected,
    concat_ws(' of ', punch.device_sn, elsewhere.project_code) AS actual
FROM core.punch AS punch
LEFT JOIN core.device AS elsewhere ON elsewhere.device_sn = punch.device_sn
WHERE
    punch.work_date = :work_date AND punch.withdrawn_at IS NULL AND punch.device_sn IS NOT NULL
    AND elsewhere.project_code IS DISTINCT FROM punch.project_code;
