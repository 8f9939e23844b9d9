-- Calls made before :before. Reads ops.call_log.
SELECT count(*)
FROM ops.call_log AS one
WHERE
    one.sent_at < :before;
