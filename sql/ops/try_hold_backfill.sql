-- Take a backfill for this session, if no other one has it; the database gives it back when the session ends, however it ends.
SELECT pg_try_advisory_lock(4040, cast(:backfill_id AS integer)) AS is_mine;
