-- Which gate each of the devices :device_sns stands at. Reads core.device.
SELECT
    device_sn,
    gate_name
FROM core.device
WHERE device_sn = any(cast(:device_sns AS text[]));
