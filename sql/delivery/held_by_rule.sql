-- How many punches of :work_date are held back from :target, by the rule or reason, the most first. Reads delivery.backlog.
SELECT
    rule_id,
    count(*) AS punches
FROM delivery.backlog
WHERE work_date = cast(:work_date AS date) AND target = :target AND rule_id IS NOT NULL
GROUP BY rule_id
ORDER BY punches DESC, rule_id ASC;
