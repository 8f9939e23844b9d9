-- Forget the changes that no snapshot can be asked about any more. A transaction stands here from its first change on and is missing in those
-- snapshots that were taken before its end: with the oldest kept two days, a third leaves a day for a transaction to end, which the session's
-- time-outs make minutes. Writes delivery.noted_change.
DELETE FROM delivery.noted_change
WHERE changed_at < now() - interval '3 days';
