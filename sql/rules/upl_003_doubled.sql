-- Punches of :work_date that a platform has more often than they were sent. Reads delivery.discrepancy.
SELECT
    punch_id AS object_key,
    concat('attendance:', target) AS field,
    project_code,
    concat('there ', our_count, ' times') AS expected,
    concat('there ', platform_count, ' times') AS actual
FROM delivery.discrepancy
WHERE work_date = :work_date AND kind = 'doubled';
