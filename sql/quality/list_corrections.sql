-- The corrections in one of the :states, oldest first; all of them where none is given. Reads quality.correction.
SELECT
    correction_id,
    finding_id,
    rule_id,
    object,
    object_key,
    project_code,
    object_type,
    source_id,
    source_version,
    field,
    shared_shown,
    municipal_shown,
    reason,
    state,
    ticket_no,
    serial_code,
    sent_at,
    asked_at,
    requested_by,
    requested_at,
    updated_at,
    reject_reason,
    remark
FROM quality.correction
WHERE cast(:states AS text[]) IS NULL OR state = any(cast(:states AS text[]))
ORDER BY correction_id;
