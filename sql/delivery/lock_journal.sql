-- Let one sender at a time append to the journal of :work_date and :target, until the end of its transaction. Reads nothing.
SELECT pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'realname.journal', cast(:work_date AS date), cast(:target AS text)), 0));
