-- What was disclosed since :since, newest first. Reads ops.disclosure.
SELECT
    disclosure_id,
    disclosed_at,
    by_whom,
    login,
    kind,
    subject,
    field,
    disclosed_rows,
    reason
FROM ops.disclosure
WHERE disclosed_at >= :since
ORDER BY disclosure_id DESC;
