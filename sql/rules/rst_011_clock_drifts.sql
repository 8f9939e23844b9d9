-- Devices whose clock was more than :accept_seconds and up to :flag_seconds off on :work_date: their punches are taken, and flagged.
-- Reads quality.device_clock, written for the date before the rules run, and core.device.
SELECT
    clock.device_sn AS object_key,
    'deviceClock' AS field,
    device.project_code,
    concat('at most ', cast(:accept_seconds AS integer), ' seconds off') AS expected,
    concat(
        abs(clock.skew_seconds), ' seconds ', CASE WHEN clock.skew_seconds > 0 THEN 'ahead' ELSE 'behind' END,
        ', by ', clock.records, ' records'
    ) AS actual
FROM quality.device_clock AS clock
LEFT JOIN core.device AS device ON device.device_sn = clock.device_sn
WHERE
    clock.work_date = :work_date
    AND abs(clock.skew_seconds) > :accept_seconds AND abs(clock.skew_seconds) <= :flag_seconds;
