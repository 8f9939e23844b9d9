-- Add the findings of :work_date to the newest case of their cause and subject, as evidence. Reads staged_case_finding; writes
-- quality.warning_case_finding of that date only. The same again adds nothing.
INSERT INTO quality.warning_case_finding (case_id, work_date, finding_id)
SELECT
    newest.case_id,
    cast(:work_date AS date),
    found.finding_id
FROM staged_case_finding AS found
INNER JOIN (
    SELECT DISTINCT ON (cause, subject)
        case_id,
        cause,
        subject
    FROM quality.warning_case
    ORDER BY cause ASC, subject ASC, case_id DESC
) AS newest ON newest.cause = found.cause AND newest.subject = found.subject
ON CONFLICT (case_id, work_date, finding_id) DO NOTHING;
