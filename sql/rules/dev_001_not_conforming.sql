-- Devices in use, of projects that must keep the equipment standard, whose edition of it is older than :standard_year or cannot be read. A project
-- must where it started after :starts_after or is to be completed after :completed_after. Reads core.device, the equipment duties.
SELECT
    device.device_sn AS object_key,
    'standardVersion' AS field,
    device.project_code,
    concat('edition ', cast(:standard_year AS integer), ' or later: ', duty.reason) AS expected,
    coalesce('edition ' || nullif(device.standard_version, ''), 'no edition stated') AS actual
FROM core.device AS device
INNER JOIN quality.equipment_duty(:starts_after, :completed_after) AS duty ON duty.project_code = device.project_code
WHERE
    duty.must_conform = 'yes' AND device.status = '1'
    AND coalesce(cast(substring(quality.normal_form(device.standard_version) FROM '[0-9]{4}') AS integer) < :standard_year, TRUE);
