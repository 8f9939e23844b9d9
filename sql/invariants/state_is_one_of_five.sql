-- Every punch that was read has exactly one of the five states at each platform. Reads delivery.punch_state of :work_date; yields what is wrong.
SELECT
    target,
    punch_id AS subject,
    concat('has ', count(*), ' states: ', string_agg(coalesce(state, 'none'), ', ')) AS wrong
FROM delivery.punch_state
WHERE work_date = :work_date
GROUP BY target, project_code, punch_id
HAVING count(*) <> 1 OR bool_or(coalesce(state, '') NOT IN ('waiting', 'held', 'in_batch', 'acknowledged', 'refused'));
