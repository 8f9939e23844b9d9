-- Give back a backfill that this session took.
SELECT pg_advisory_unlock(4040, cast(:backfill_id AS integer)) AS was_mine;
