-- Forget as of when there was nothing to do where that is two days old; who asks then looks again. Writes delivery.rest.
DELETE FROM delivery.rest
WHERE seen_at < now() - interval '2 days';
