-- Dissolve planned batches with a row that was changed or withdrawn after they were planned: nothing of them was taken by the platform.
-- One that was sent and goes again is left: the platform may have the row.
-- Reads delivery.punch_batch, core.punch; writes delivery.batch; yields the dissolved.
UPDATE delivery.batch
SET state = 'released', settled_at = :now, reason = 'a row changed before it was sent; all are packed again'
WHERE
    work_date = :work_date AND target = :target AND kind = 'attendance' AND state = 'planned' AND sent_at IS NULL
    AND delivery.in_shard(delivery.slot_of(batch.project_code), :shard, :shards)
    AND EXISTS (
        SELECT 1 FROM delivery.punch_batch AS ledger
        INNER JOIN core.punch AS punch
            ON
                punch.work_date = ledger.work_date AND punch.project_code = ledger.project_code AND punch.punch_id = ledger.punch_id
        WHERE
            ledger.work_date = batch.work_date AND ledger.project_code = batch.project_code AND ledger.batch_id = batch.batch_id
            AND punch.change_no > batch.as_of_change
    )
RETURNING batch_id;
