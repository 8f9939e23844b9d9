-- Whether this transaction may tell :target, for all shards, what belongs to many projects; it may until it ends, and it may wait for the
-- platform meanwhile. Writes nothing.
SELECT
    pg_try_advisory_xact_lock(20210618, hashtext(cast(:target AS text))) AS is_mine,
    set_config('idle_in_transaction_session_timeout', '1h', TRUE) AS may_wait;
