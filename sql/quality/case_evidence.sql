-- The findings of a case with the dates they were there. Reads quality.warning_case_finding.
SELECT
    finding_id,
    min(work_date) AS first_date,
    max(work_date) AS last_date,
    count(*) AS dates
FROM quality.warning_case_finding
WHERE case_id = :case_id
GROUP BY finding_id
ORDER BY min(work_date), finding_id;
