-- How many findings each rule has on :work_date. Reads quality.finding. Writes nothing.
SELECT
    rule_id,
    count(*) AS findings
FROM quality.finding
WHERE work_date = cast(:work_date AS date)
GROUP BY rule_id
ORDER BY rule_id;
