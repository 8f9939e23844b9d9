-- Punches of :work_date that the municipal platform withdrew after a platform had acknowledged them, with what was sent.
-- Reads core.punch, punch_version; delivery.punch_batch, batch, row_outcome.
WITH withdrawn AS MATERIALIZED (
    SELECT
        project_code,
        punch_id,
        punched_at,
        direction,
        withdrawn_at
    FROM core.punch
    WHERE work_date = :work_date AND withdrawn_at IS NOT NULL
)

SELECT
    withdrawn.punch_id AS object_key,
    concat('attendance:', ledger.target) AS field,
    withdrawn.project_code,
    concat('withdrawn ', to_char(withdrawn.withdrawn_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS')) AS expected,
    concat(
        'date ',
        to_char(coalesce(former.punched_at, withdrawn.punched_at) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS'),
        ', direction ',
        coalesce(former.direction, withdrawn.direction)
    ) AS actual
FROM withdrawn
INNER JOIN delivery.punch_batch AS ledger
    ON
        ledger.work_date = :work_date AND ledger.project_code = withdrawn.project_code AND ledger.target IN ('province', 'nation')
        AND ledger.punch_id = withdrawn.punch_id
INNER JOIN delivery.batch AS batch
    ON batch.work_date = :work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
LEFT JOIN core.punch_version AS former
    ON
        former.work_date = :work_date AND former.project_code = ledger.project_code AND former.punch_id = ledger.punch_id
        AND former.change_no <= batch.as_of_change AND former.superseded_no > batch.as_of_change
LEFT JOIN delivery.row_outcome AS outcome
    ON
        outcome.work_date = :work_date AND outcome.project_code = ledger.project_code AND outcome.target = ledger.target
        AND outcome.punch_id = ledger.punch_id AND outcome.batch_id = ledger.batch_id
WHERE coalesce(outcome.outcome, batch.state) = 'acknowledged';
