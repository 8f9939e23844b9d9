-- Calls made before :before. Not more than :most at a time.
DELETE FROM ops.call_log
WHERE ctid IN (
    SELECT one.ctid FROM ops.call_log AS one
    WHERE
        one.sent_at < :before
    ORDER BY one.ctid
    LIMIT :most
);
