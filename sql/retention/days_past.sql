-- The days before :before that are there, oldest first, each with what keeps it: NULL where nothing does. A day is kept while a row of it
-- waits, is in a batch without an outcome or was not planned for a platform in use, while a case stands on its findings, or a correction
-- of one is under way. Held rows do not keep it: they are not sent unless somebody mends them.
WITH past AS (
    SELECT work_date FROM ops.known_work_dates()
    WHERE work_date < cast(:before AS date)
),

swept AS (
    SELECT
        sweep.work_date,
        sweep.target,
        CASE WHEN count(*) = delivery.slots() THEN min(sweep.upto_change_no) ELSE -1 END AS upto_change_no
    FROM delivery.sweep AS sweep
    GROUP BY sweep.work_date, sweep.target
),

used AS (
    SELECT DISTINCT target FROM delivery.open_project
)

SELECT
    past.work_date,
    CASE
        WHEN EXISTS (
            SELECT 1 FROM delivery.batch AS batch
            WHERE batch.work_date = past.work_date AND batch.state IN ('planned', 'sending', 'sent', 'unknown')
        ) THEN 'a batch has no outcome yet'
        WHEN EXISTS (
            SELECT 1 FROM delivery.backlog AS backlog
            WHERE backlog.work_date = past.work_date AND backlog.rule_id IS NULL
        ) THEN 'punches wait to be sent'
        WHEN EXISTS (
            SELECT 1 FROM core.punch AS punch
            WHERE
                punch.work_date = past.work_date AND punch.withdrawn_at IS NULL
                AND (
                    NOT EXISTS (SELECT 1 FROM used)
                    OR EXISTS (
                        SELECT 1 FROM used
                        LEFT JOIN swept ON swept.work_date = past.work_date AND swept.target = used.target
                        WHERE punch.change_no > coalesce(swept.upto_change_no, -1)
                    )
                )
        ) THEN 'punches were not planned for a platform yet'
        WHEN EXISTS (
            SELECT 1 FROM quality.warning_case_finding AS evidence
            INNER JOIN quality.warning_case AS warning ON warning.case_id = evidence.case_id
            WHERE evidence.work_date = past.work_date AND warning.state <> 'closed'
        ) THEN 'a case that is open stands on its findings'
        WHEN EXISTS (
            SELECT 1 FROM quality.correction AS correction
            INNER JOIN quality.finding AS finding
                ON
                    quality.finding_id(finding.rule_id, finding.object, finding.object_key, finding.field) = correction.finding_id
                    AND finding.work_date = past.work_date
            WHERE correction.state = any(cast(:under_way AS text[]))
        ) THEN 'a correction of its findings is under way'
    END AS kept_because
FROM past
ORDER BY past.work_date;
