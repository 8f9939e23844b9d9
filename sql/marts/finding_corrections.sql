-- The corrections that were asked for because of a finding, oldest first. Reads quality.correction. Writes nothing.
SELECT
    correction_id,
    object_type,
    source_id,
    source_version,
    field,
    state,
    ticket_no,
    reason,
    requested_by,
    requested_at,
    updated_at,
    reject_reason,
    remark
FROM quality.correction
WHERE finding_id = :finding_id
ORDER BY correction_id;
