-- Let a statement of this transaction fail that waits for a lock for longer than half a minute.
SELECT set_config('lock_timeout', '30s', TRUE);
