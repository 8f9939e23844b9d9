-- The findings of :work_date on a punch, and those that stop it: on its project, person, worker, team and device.
-- Reads core.punch, core.project_worker, quality.finding.
WITH punch AS (
    SELECT
        punch_id,
        project_code,
        person_id,
        device_sn
    FROM core.punch
    WHERE work_date = cast(:work_date AS date) AND punch_id = :punch_id
),

touched (object, object_key) AS (
    SELECT
        'punch',
        punch_id
    FROM punch
    UNION
    SELECT
        'project',
        project_code
    FROM punch
    UNION
    SELECT
        'person',
        person_id
    FROM punch
    UNION
    SELECT
        'project_worker',
        concat_ws('|', project_code, person_id)
    FROM punch
    UNION
    SELECT
        'device',
        device_sn
    FROM punch
    UNION
    SELECT
        'team',
        worker.team_id
    FROM punch
    INNER JOIN core.project_worker AS worker ON worker.project_code = punch.project_code AND worker.person_id = punch.person_id
)

SELECT
    finding.rule_id,
    finding.severity,
    finding.object,
    finding.field,
    finding.expected,
    finding.actual,
    finding.owner,
    finding.remedy
FROM quality.finding
INNER JOIN touched ON touched.object = finding.object AND touched.object_key = finding.object_key
WHERE finding.work_date = cast(:work_date AS date) AND (finding.severity = 'stop' OR finding.object = 'punch')
ORDER BY finding.severity DESC, finding.rule_id ASC, finding.field ASC;
