-- Projects of which a platform took punches of :work_date only after that day's end, with their number. Reads delivery.batch, row_outcome. When a
-- batch arrived is when its call was made; rows refused or released alone are not counted.
SELECT
    batch.project_code AS object_key,
    concat('attendance:', batch.target) AS field,
    batch.project_code,
    concat('at the platform before ', cast(:work_date + 1 AS date), ' 00:00') AS expected,
    concat(
        sum(batch.row_count - coalesce(otherwise.punches, 0)), ' punches late, the last at ',
        to_char(max(coalesce(batch.sent_at, batch.settled_at)) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')
    ) AS actual
FROM delivery.batch AS batch
LEFT JOIN (
    SELECT
        project_code,
        batch_id,
        count(*) AS punches
    FROM delivery.row_outcome
    WHERE work_date = :work_date AND outcome <> 'acknowledged'
    GROUP BY project_code, batch_id
) AS otherwise ON otherwise.project_code = batch.project_code AND otherwise.batch_id = batch.batch_id
WHERE
    batch.work_date = :work_date AND batch.kind = 'attendance' AND batch.state = 'acknowledged'
    AND coalesce(batch.sent_at, batch.settled_at) >= cast(:work_date + 1 AS timestamp) AT TIME ZONE 'Asia/Shanghai'
GROUP BY batch.project_code, batch.target
HAVING sum(batch.row_count - coalesce(otherwise.punches, 0)) > 0;
