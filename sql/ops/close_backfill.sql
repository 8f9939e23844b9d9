-- Write down how an open backfill ended. Writes ops.backfill.
UPDATE ops.backfill
SET state = :state, result = cast(:result AS jsonb), ended_at = :ended_at
WHERE backfill_id = :backfill_id AND state = 'open';
