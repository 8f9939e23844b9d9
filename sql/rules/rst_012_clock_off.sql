-- Devices whose clock was more than :flag_seconds off on :work_date, with the correction proposed; :shift_hours hours to within
-- :tolerance_seconds are RST-010. Reads quality.device_clock, written for the date before the rules run, and core.device.
SELECT
    clock.device_sn AS object_key,
    'deviceClock' AS field,
    device.project_code,
    concat('at most ', cast(:flag_seconds AS integer), ' seconds off') AS expected,
    concat(
        abs(clock.skew_seconds), ' seconds ', CASE WHEN clock.skew_seconds > 0 THEN 'ahead' ELSE 'behind' END,
        ', by ', clock.records, ' records; proposed: ', CASE WHEN clock.skew_seconds > 0 THEN 'subtract ' ELSE 'add ' END,
        abs(clock.skew_seconds), ' seconds'
    ) AS actual
FROM quality.device_clock AS clock
LEFT JOIN core.device AS device ON device.device_sn = clock.device_sn
WHERE
    clock.work_date = :work_date AND abs(clock.skew_seconds) > :flag_seconds
    AND NOT abs(abs(clock.skew_seconds) - :shift_hours * 3600) <= :tolerance_seconds;
