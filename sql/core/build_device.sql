-- Bring the devices in step with what was last read: changed rows replaced, withdrawn rows removed (raw keeps them).
-- Reads raw.municipal_row; writes core.device. Rows whose digest is the same are not touched, unless core is built otherwise now.
WITH removed AS (
    DELETE FROM core.device AS kept
    USING raw.municipal_row AS gone
    WHERE gone.object = 'device' AND gone.withdrawn_at IS NOT NULL AND kept.device_sn = gone.row_key
)

INSERT INTO core.device (
    device_sn, project_code, model, role, gate_name, install_date, standard_version, status, digest
)
SELECT
    core.as_text(payload ->> 'device_sn'),
    core.as_code(payload ->> 'project_code'),
    core.as_text(payload ->> 'model'),
    core.as_text(payload ->> 'role'),
    core.as_text(payload ->> 'gate_name'),
    core.as_date(payload ->> 'install_date'),
    core.as_text(payload ->> 'standard_version'),
    core.as_text(payload ->> 'status'),
    landed.digest || cast(:built_by AS bytea)
FROM raw.municipal_row AS landed
WHERE
    landed.object = 'device' AND landed.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM core.device AS same
        WHERE same.device_sn = landed.row_key AND same.digest = landed.digest || cast(:built_by AS bytea)
    )
ON CONFLICT (device_sn) DO UPDATE
    SET
        project_code = excluded.project_code,
        model = excluded.model,
        role = excluded.role,
        gate_name = excluded.gate_name,
        install_date = excluded.install_date,
        standard_version = excluded.standard_version,
        status = excluded.status,
        digest = excluded.digest;
