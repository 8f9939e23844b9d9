-- Record how the calls of a claimed group went. A batch that this sender no longer holds is left as it is (another one took it over).
UPDATE delivery.batch
SET
    state = told.state,
    serial_code = coalesce(told.serial_code, batch.serial_code),
    data_sha256 = coalesce(batch.data_sha256, told.data_sha256),
    sent_at = CASE WHEN told.state = 'planned' THEN batch.sent_at ELSE cast(:told_at AS timestamptz) END,
    settled_at = CASE WHEN told.state IN ('refused', 'released') THEN cast(:told_at AS timestamptz) END,
    reason = told.reason,
    lease_until = NULL
FROM
    unnest(
        cast(:batch_ids AS bigint[]), cast(:states AS text[]), cast(:serial_codes AS text[]), cast(:digests AS text[]), cast(:reasons AS text[])
    ) AS told (batch_id, state, serial_code, data_sha256, reason)
WHERE
    batch.work_date = :work_date AND batch.batch_id = told.batch_id
    AND batch.state = 'sending' AND batch.sender = :sender;
