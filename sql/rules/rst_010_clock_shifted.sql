-- Devices whose records of :work_date are :shift_hours hours off to within :tolerance_seconds, so a time zone wrongly set.
-- Reads quality.device_clock, written for the date before the rules run, and core.device.
SELECT
    clock.device_sn AS object_key,
    'deviceClock' AS field,
    device.project_code,
    'a clock set to Asia/Shanghai' AS expected,
    concat(
        cast(:shift_hours AS integer), ' hours ', CASE WHEN clock.skew_seconds > 0 THEN 'ahead' ELSE 'behind' END,
        ', by ', clock.records, ' records'
    ) AS actual
FROM quality.device_clock AS clock
LEFT JOIN core.device AS device ON device.device_sn = clock.device_sn
WHERE
    clock.work_date = :work_date
    AND abs(abs(clock.skew_seconds) - :shift_hours * 3600) <= :tolerance_seconds;
