-- Begin the call of a draft: whoever gets a row sends it, and nobody else. Writes quality.correction, quality.correction_event, and, since
-- what is said of a person goes out unmasked, ops.disclosure.
WITH claimed AS (
    UPDATE quality.correction
    SET state = 'sent', sent_at = :sent_at, updated_at = :sent_at, serial_code = NULL
    WHERE correction_id = :correction_id AND state = 'drafted'
    RETURNING correction_id, data_cipher, data_sha256, object_type, field, requested_by, reason
),

noted AS (
    INSERT INTO quality.correction_event (correction_id, state, told_at, told_by)
    SELECT
        correction_id,
        'sent',
        :sent_at,
        'realname_sync'
    FROM claimed
),

audited AS (
    INSERT INTO ops.disclosure (disclosed_at, by_whom, kind, subject, field, disclosed_rows, reason)
    SELECT
        :sent_at,
        requested_by,
        'correction',
        concat('correction ', correction_id),
        field,
        1,
        reason
    FROM claimed
    WHERE object_type = 'person'
)

SELECT
    data_cipher,
    data_sha256
FROM claimed;
