-- Nothing is held without a reason. Reads delivery.backlog of :work_date; yields what is wrong.
SELECT
    target,
    punch_id AS subject,
    'is held without a reason' AS wrong
FROM delivery.backlog
WHERE work_date = :work_date AND ((rule_id IS NULL) <> (reason IS NULL) OR btrim(rule_id) = '' OR btrim(reason) = '');
