-- Begin to plan a shard of :work_date for :target: one sender plans a slot at a time, and all take them in one order.
-- Writes delivery.sweep; yields how far planning has come in the slot where it has come least far.
WITH begun AS (
    INSERT INTO delivery.sweep (work_date, target, slot, upto_change_no, swept_at)
    SELECT
        :work_date,
        :target,
        slot.number,
        -1,
        :now
    FROM generate_series(0, delivery.slots() - 1) AS slot (number)
    WHERE delivery.in_shard(slot.number, :shard, :shards)
    ORDER BY slot.number
    ON CONFLICT (work_date, target, slot) DO UPDATE
        SET swept_at = excluded.swept_at
    RETURNING upto_change_no
)

SELECT min(upto_change_no) AS upto_change_no FROM begun;
