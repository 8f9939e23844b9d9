-- Corrections that were asked for, those under way first, newest first; of :project_code or :finding_id only where given, at most :most.
-- Reads quality.correction, marts.project. Writes nothing.
SELECT
    correction.correction_id,
    correction.finding_id,
    correction.rule_id,
    correction.object,
    correction.object_key,
    correction.field,
    correction.project_code,
    project.project_name,
    project.area_code,
    correction.shared_shown,
    correction.municipal_shown,
    correction.state,
    correction.ticket_no,
    correction.requested_at,
    correction.updated_at,
    correction.reject_reason,
    count(*) OVER () AS total,
    count(*) FILTER (WHERE correction.state NOT IN ('closed', 'rejected')) OVER () AS open_total
FROM quality.correction AS correction
LEFT JOIN marts.project AS project ON project.project_code = correction.project_code
WHERE
    (cast(:project_code AS text) IS NULL OR correction.project_code = cast(:project_code AS text))
    AND (cast(:finding_id AS text) IS NULL OR correction.finding_id = cast(:finding_id AS text))
ORDER BY correction.state IN ('closed', 'rejected') ASC, correction.correction_id DESC
LIMIT :most;
