-- What the platform has from us for certain of the persons in the batches :batch_ids: the rows of a project's acknowledged batches, but for
-- those that are not there after all, and rows of other batches that it said it had already. Person and instant as they were sent.
WITH person AS (
    SELECT DISTINCT person_id
    FROM delivery.sent_punch
    WHERE work_date = :work_date AND batch_id = any(cast(:batch_ids AS bigint[]))
)

SELECT
    sent.batch_id,
    person.id_cipher AS "idCardNumber",
    sent.punched_at AS date,
    sent.direction
FROM delivery.batch
INNER JOIN delivery.sent_punch AS sent
    ON sent.work_date = batch.work_date AND sent.project_code = batch.project_code AND sent.batch_id = batch.batch_id
INNER JOIN core.person ON person.person_id = sent.person_id
LEFT JOIN delivery.row_outcome AS outcome
    ON
        outcome.work_date = sent.work_date AND outcome.project_code = sent.project_code AND outcome.target = sent.target
        AND outcome.punch_id = sent.punch_id AND outcome.batch_id = sent.batch_id
WHERE
    batch.work_date = :work_date AND batch.target = :target AND batch.project_code = :project_code AND batch.kind = 'attendance'
    AND CASE
        WHEN outcome.outcome IS NOT NULL THEN outcome.outcome = 'acknowledged'
        ELSE batch.state = 'acknowledged'
    END
    AND sent.person_id IN (SELECT named.person_id FROM person AS named);
