-- Punches of :work_date that a platform had although they were not recorded as sent; they count as acknowledged since.
-- Reads delivery.discrepancy.
SELECT
    punch_id AS object_key,
    concat('attendance:', target) AS field,
    project_code,
    'recorded as sent' AS expected,
    'found at the platform, recorded now' AS actual
FROM delivery.discrepancy
WHERE work_date = :work_date AND kind = 'adopted';
