-- Findings of the lamp rules on :wanted against the lamps lit at :as_of, with the project's name and the open case. Reads
-- quality.lamps_compared, marts.project and quality.warning_case.
SELECT
    compared.*,
    project.project_name,
    standing.case_id,
    standing.state AS case_state
FROM quality.lamps_compared(cast(:wanted AS date), cast(:as_of AS timestamptz)) AS compared
LEFT JOIN marts.project AS project ON project.project_code = compared.project_code
LEFT JOIN quality.warning_case AS standing
    ON
        standing.subject = compared.project_code AND standing.cause = coalesce(compared.rule_id, compared.rule_code)
        AND standing.state <> 'closed'
ORDER BY compared.project_code, compared.rule_code;
