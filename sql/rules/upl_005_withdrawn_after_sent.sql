-- Punches of :work_date that the municipal platform withdrew after a platform had acknowledged them, with what was sent.
-- Reads core.punch; delivery.batch, sent_punch, row_outcome.
SELECT
    punch.punch_id AS object_key,
    concat('attendance:', sent.target) AS field,
    punch.project_code,
    concat('withdrawn ', to_char(punch.withdrawn_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')) AS expected,
    concat(
        'date ', to_char(sent.punched_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'), ', direction ', sent.direction
    ) AS actual
FROM core.punch AS punch
INNER JOIN delivery.sent_punch AS sent
    ON sent.work_date = :work_date AND sent.project_code = punch.project_code AND sent.punch_id = punch.punch_id
INNER JOIN delivery.batch AS batch
    ON batch.work_date = :work_date AND batch.project_code = sent.project_code AND batch.batch_id = sent.batch_id
LEFT JOIN delivery.row_outcome AS outcome
    ON
        outcome.work_date = :work_date AND outcome.project_code = sent.project_code AND outcome.target = sent.target
        AND outcome.punch_id = sent.punch_id AND outcome.batch_id = sent.batch_id
WHERE
    punch.work_date = :work_date AND punch.withdrawn_at IS NOT NULL
    AND coalesce(outcome.outcome, batch.state) = 'acknowledged';
