-- The calls that carried a batch: to :platform between :first and :last, with its very text or its serial code. Reads ops.call_log.
SELECT
    method,
    sent_at,
    elapsed_ms,
    http_status,
    code,
    error,
    serial_code
FROM ops.call_log
WHERE
    platform = :platform AND sent_at >= cast(:first AS timestamptz) AND sent_at <= cast(:last AS timestamptz)
    AND (data_sha256 = cast(:data_sha256 AS text) OR serial_code = cast(:serial_code AS text))
ORDER BY sent_at, call_id;
