-- Begin the call of a draft: whoever gets a row sends it, and nobody else. Writes quality.correction, quality.correction_event.
WITH claimed AS (
    UPDATE quality.correction
    SET state = 'sent', sent_at = :sent_at, updated_at = :sent_at, serial_code = NULL
    WHERE correction_id = :correction_id AND state = 'drafted'
    RETURNING correction_id, data_cipher, data_sha256
),

noted AS (
    INSERT INTO quality.correction_event (correction_id, state, told_at, told_by)
    SELECT
        correction_id,
        'sent',
        :sent_at,
        'realname_sync'
    FROM claimed
)

SELECT
    data_cipher,
    data_sha256
FROM claimed;
