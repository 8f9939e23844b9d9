-- Change the rate of :platform, which this transaction has locked. Writes ops.pace.
UPDATE ops.pace
SET calls_per_second = :calls_per_second, changed_at = :changed_at, complained_at = :complained_at
WHERE platform = :platform;
