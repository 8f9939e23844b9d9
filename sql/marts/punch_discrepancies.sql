-- What the last reconciliation found on a punch of :work_date, by platform. Reads delivery.discrepancy.
SELECT
    target,
    kind,
    handled,
    platform_count,
    our_count,
    remark,
    seen_at
FROM delivery.discrepancy
WHERE work_date = cast(:work_date AS date) AND punch_id = :punch_id
ORDER BY target DESC, seen_at ASC;
