-- Days before :work_date, not before :first, of which something was sent to a platform and something may still go, newest first: rows that
-- wait, batches without an outcome, reads that planning has not seen. Reads core.punch, delivery.sweep, backlog, batch. Held rows do not count.
SELECT DISTINCT sweep.work_date
FROM delivery.sweep AS sweep
WHERE
    sweep.work_date < cast(:work_date AS date) AND sweep.work_date >= cast(:first AS date)
    AND (
        EXISTS (
            SELECT 1 FROM delivery.backlog AS backlog
            WHERE backlog.work_date = sweep.work_date AND backlog.target = sweep.target AND backlog.rule_id IS NULL
        )
        OR EXISTS (
            SELECT 1 FROM delivery.batch AS batch
            WHERE
                batch.work_date = sweep.work_date AND batch.target = sweep.target
                AND batch.state IN ('planned', 'sending', 'sent', 'unknown')
        )
        OR EXISTS (
            SELECT 1 FROM core.punch AS punch
            WHERE punch.work_date = sweep.work_date AND punch.change_no > sweep.upto_change_no AND punch.withdrawn_at IS NULL
        )
    )
ORDER BY sweep.work_date DESC;
