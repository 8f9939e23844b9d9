-- How one punch of :work_date stands with each platform. Reads delivery.punch_state. Writes nothing.
SELECT
    target,
    project_code,
    state,
    reason,
    rule_id,
    batch_id
FROM delivery.punch_state
WHERE work_date = cast(:work_date AS date) AND punch_id = :punch_id
ORDER BY target DESC;
