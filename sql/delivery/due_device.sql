-- Devices of open projects that :target does not have yet.
SELECT
    device.project_code,
    device.device_sn AS local_key,
    known.digest AS refused_digest,
    device.project_code AS "projectCode",
    device.device_sn AS "deviceSn",
    device.model,
    device.role,
    device.gate_name AS "gateName",
    device.install_date AS "installDate",
    device.standard_version AS "standardVersion",
    device.status
FROM core.device AS device
INNER JOIN delivery.open_project AS open_one
    ON
        open_one.target = :target AND open_one.project_code = device.project_code
        AND delivery.in_shard(open_one.slot, :shard, :shards)
        AND delivery.is_chosen(open_one.project_code, cast(:projects AS text[]))
LEFT JOIN delivery.registration AS known
    ON known.target = :target AND known.kind = 'device' AND known.project_code = device.project_code AND known.local_key = device.device_sn
WHERE
    (known.state IS NULL OR known.state = 'refused')
    AND NOT EXISTS (
        SELECT 1 FROM quality.finding AS stop
        WHERE
            stop.work_date = :work_date AND stop.severity = 'stop'
            AND (
                (stop.object = 'project' AND stop.object_key = device.project_code)
                OR (stop.object = 'device' AND stop.object_key = device.device_sn)
            )
    );
