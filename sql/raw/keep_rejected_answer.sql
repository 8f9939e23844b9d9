-- Keep an answer or a row that is not of the agreed form. Writes raw.rejected_answer, once for the same row and reason.
INSERT INTO raw.rejected_answer (platform, method, object, row_key, reason, body_cipher, received_at)
SELECT
    :platform,
    :method,
    :object,
    :row_key,
    :reason,
    :body_cipher,
    :received_at
WHERE NOT EXISTS (
    SELECT 1 FROM raw.rejected_answer AS kept
    WHERE kept.platform = :platform AND kept.object = :object AND kept.row_key = :row_key AND kept.reason = :reason
);
