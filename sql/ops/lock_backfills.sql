-- Let nobody else write down a backfill until this transaction ends, so that of two that overlap the second is refused.
LOCK TABLE ops.backfill IN SHARE ROW EXCLUSIVE MODE;
