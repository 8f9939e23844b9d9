-- All attendance devices. Edit for another vendor; keep the columns.
SELECT
    device_sn,
    project_code,
    model,
    role,
    gate_name,
    install_date,
    standard_version,
    status,
    updated_at
FROM device;
