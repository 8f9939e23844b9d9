-- Up to which read planning has come in every slot of :work_date at :target; -1 where it has not been everywhere. Reads delivery.sweep.
SELECT CASE WHEN count(*) = delivery.slots() THEN min(upto_change_no) ELSE -1 END AS upto_change_no
FROM delivery.sweep
WHERE work_date = :work_date AND target = :target;
