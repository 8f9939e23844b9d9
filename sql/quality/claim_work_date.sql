-- Let one check of :work_date at a time write its findings; the lock goes with the transaction.
SELECT pg_advisory_xact_lock(hashtext('realname.check_consistency'), cast(:work_date AS date) - date '2000-01-01');
