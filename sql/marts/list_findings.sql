-- A day's findings, row by row; with :cap only so many of each rule, :cap_of_project of each :detailed project, and all of the lamp rules.
-- Reads the temporary table reported_finding; parameters :cap (empty for all), :cap_of_project, :detailed. Writes nothing.
SELECT
    rule_id,
    severity,
    object,
    object_key,
    field,
    expected,
    actual,
    owner,
    remedy,
    project_code,
    project_name,
    area_code,
    first_seen,
    last_seen,
    days_seen,
    finding_id,
    is_new,
    rank_in_rule,
    rank_in_project
FROM (
    SELECT
        *,
        row_number() OVER (PARTITION BY rule_id ORDER BY area_code, project_code, object_key, field) AS rank_in_rule,
        row_number() OVER (PARTITION BY project_code ORDER BY severity, rule_id, object_key, field) AS rank_in_project
    FROM reported_finding
) AS ranked
WHERE
    cast(:cap AS integer) IS NULL
    OR rank_in_rule <= cast(:cap AS integer)
    OR (rank_in_project <= cast(:cap_of_project AS integer) AND coalesce(project_code, '') = any(cast(:detailed AS text[])))
    OR starts_with(rule_id, 'LMP-')
ORDER BY rule_id, rank_in_rule;
