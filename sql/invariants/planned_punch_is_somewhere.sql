-- A punch that was planned once is live in a batch, refused, or in the backlog; one in the backlog is live in no batch.
-- Reads delivery.batch, punch_batch, row_outcome, backlog of :work_date; yields what is wrong.
WITH entry AS (
    SELECT
        ledger.target,
        ledger.project_code,
        ledger.punch_id,
        bool_or(
            CASE
                WHEN outcome.outcome IS NOT NULL THEN outcome.outcome = 'acknowledged'
                ELSE batch.state IN ('planned', 'sending', 'sent', 'unknown', 'acknowledged')
            END
        ) AS is_live,
        bool_or(coalesce(outcome.outcome = 'refused', batch.state = 'refused')) AS is_refused
    FROM delivery.punch_batch AS ledger
    INNER JOIN delivery.batch AS batch
        ON batch.work_date = ledger.work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
    LEFT JOIN delivery.row_outcome AS outcome
        ON
            outcome.work_date = ledger.work_date AND outcome.project_code = ledger.project_code
            AND outcome.target = ledger.target AND outcome.punch_id = ledger.punch_id AND outcome.batch_id = ledger.batch_id
    WHERE ledger.work_date = :work_date
    GROUP BY ledger.target, ledger.project_code, ledger.punch_id
)

SELECT
    entry.target,
    entry.punch_id AS subject,
    CASE WHEN waiting.punch_id IS NULL THEN 'was planned and is nowhere now' ELSE 'is in the backlog and in a live batch' END AS wrong
FROM entry
LEFT JOIN delivery.backlog AS waiting
    ON
        waiting.work_date = :work_date AND waiting.target = entry.target
        AND waiting.project_code = entry.project_code AND waiting.punch_id = entry.punch_id
WHERE CASE WHEN waiting.punch_id IS NULL THEN NOT (entry.is_live OR entry.is_refused) ELSE entry.is_live END;
