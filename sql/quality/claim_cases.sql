-- Let one at a time open, update or move cases; the lock goes with the transaction.
SELECT pg_advisory_xact_lock(hashtext('realname.cases'));
