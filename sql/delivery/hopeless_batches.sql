-- Of the batches :batch_ids those of a single row that the platform failed at alone for the third time, while it took others since the first:
-- the row is to blame. A call that got lost, whose reason begins with :asked, says nothing of the row. Reads delivery.batch, delivery.punch_batch.
SELECT batch.batch_id
FROM delivery.batch
INNER JOIN delivery.punch_batch AS ledger
    ON ledger.work_date = batch.work_date AND ledger.project_code = batch.project_code AND ledger.batch_id = batch.batch_id
INNER JOIN LATERAL (
    SELECT
        count(*) AS trials,
        min(alone.planned_at) AS first_planned_at
    FROM delivery.punch_batch AS earlier
    INNER JOIN delivery.batch AS alone
        ON
            alone.work_date = earlier.work_date AND alone.project_code = earlier.project_code
            AND alone.batch_id = earlier.batch_id
    WHERE
        earlier.work_date = ledger.work_date AND earlier.project_code = ledger.project_code
        AND earlier.target = ledger.target AND earlier.punch_id = ledger.punch_id
        AND alone.row_count = 1 AND alone.sent_at IS NOT NULL
        AND alone.state NOT IN ('planned', 'sending', 'unknown') AND coalesce(NOT starts_with(alone.reason, :asked), TRUE)
) AS failed ON TRUE
WHERE
    batch.work_date = :work_date AND batch.target = :target AND batch.batch_id = any(cast(:batch_ids AS bigint[])) AND batch.row_count = 1
    AND failed.trials >= 3
    AND EXISTS (
        SELECT 1 FROM delivery.batch AS taken
        WHERE
            taken.work_date = :work_date AND taken.target = :target AND taken.kind = 'attendance'
            AND taken.state = 'acknowledged' AND taken.settled_at >= failed.first_planned_at
    );
