-- Lock the rate of :platform, made with :first if nobody talked to it yet; be counted among its senders, and forget those not seen since
-- :seen_since. Writes ops.pace, ops.pace_share; yields the rate and the number of senders.
WITH rate AS (
    INSERT INTO ops.pace (platform, calls_per_second, changed_at)
    VALUES (:platform, :first, :now)
    ON CONFLICT (platform) DO UPDATE
        SET platform = excluded.platform
    RETURNING calls_per_second, changed_at, complained_at
),

seen AS (
    INSERT INTO ops.pace_share (platform, sender, seen_at)
    VALUES (:platform, :sender, :now)
    ON CONFLICT (platform, sender) DO UPDATE
        SET seen_at = excluded.seen_at
),

gone AS (
    DELETE FROM ops.pace_share
    WHERE platform = :platform AND seen_at < :seen_since AND sender <> :sender
)

SELECT
    rate.calls_per_second,
    rate.changed_at,
    rate.complained_at,
    (
        SELECT count(*) FROM ops.pace_share AS other
        WHERE other.platform = :platform AND other.sender <> :sender AND other.seen_at >= :seen_since
    ) + 1 AS senders
FROM rate;
