-- The oldest open backfill that has days and a platform in common with :first to :last and :targets. Reads ops.backfill.
SELECT backfill_id
FROM ops.backfill
WHERE
    state = 'open'
    AND first_date <= cast(:last AS date) AND last_date >= cast(:first AS date)
    AND targets && cast(:targets AS text[])
ORDER BY backfill_id
LIMIT 1;
