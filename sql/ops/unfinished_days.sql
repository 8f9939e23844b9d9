-- Days before :work_date, not before :first, of which something was sent to a platform and something may still go, newest first: rows that
-- wait, batches without an outcome, reads that planning has not seen. Reads core.punch, delivery.sweep, backlog, batch. Held rows do not count.
WITH sweep AS (
    SELECT
        work_date,
        target,
        CASE WHEN count(*) = delivery.slots() THEN min(upto_change_no) ELSE -1 END AS upto_change_no
    FROM delivery.sweep
    WHERE work_date < cast(:work_date AS date) AND work_date >= cast(:first AS date)
    GROUP BY work_date, target
)

SELECT DISTINCT sweep.work_date
FROM sweep
WHERE
    (
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
