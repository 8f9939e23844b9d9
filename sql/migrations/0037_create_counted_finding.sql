-- What figures count: the findings of a date but for those that are muted on it. One definition, so that report and pages agree.
CREATE VIEW marts.counted_finding AS
SELECT finding.*
FROM marts.finding AS finding
LEFT JOIN quality.muted_finding AS muted
    ON
        muted.work_date = finding.work_date AND muted.rule_id = finding.rule_id AND muted.object = finding.object
        AND muted.object_key = finding.object_key AND muted.field = finding.field
WHERE muted.work_date IS NULL;
COMMENT ON VIEW marts.counted_finding IS 'findings with the name and the district of their project, but for the muted ones';

GRANT SELECT ON marts.counted_finding TO realname_load, realname_build, realname_check, realname_send, realname_read;
