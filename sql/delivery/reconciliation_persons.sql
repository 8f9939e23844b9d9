-- How many persons the acknowledged rows of :work_date at :target are of, by project, under the numbers they have now. Rows that were
-- changed since count for the person they were sent for. Of :project_codes alone, if any are given.
-- Grouped and not DISTINCT, whose second phase after a parallel first one took a minute for a million once it went to disk (PostgreSQL 18.4).
-- Reads core.punch, punch_version, person; delivery.punch_batch, batch, row_outcome.
WITH sent AS (
    SELECT
        ledger.project_code,
        coalesce(former.person_id, punch.person_id) AS person_id
    FROM delivery.punch_batch AS ledger
    INNER JOIN delivery.batch AS batch
        ON batch.work_date = :work_date AND batch.project_code = ledger.project_code AND batch.batch_id = ledger.batch_id
    INNER JOIN core.punch AS punch
        ON punch.work_date = :work_date AND punch.project_code = ledger.project_code AND punch.punch_id = ledger.punch_id
    LEFT JOIN core.punch_version AS former
        ON
            former.work_date = :work_date AND former.project_code = ledger.project_code AND former.punch_id = ledger.punch_id
            AND former.change_no <= batch.as_of_change AND former.superseded_no > batch.as_of_change
    LEFT JOIN delivery.row_outcome AS outcome
        ON
            outcome.work_date = :work_date AND outcome.project_code = ledger.project_code AND outcome.target = ledger.target
            AND outcome.punch_id = ledger.punch_id AND outcome.batch_id = ledger.batch_id
    WHERE
        ledger.work_date = :work_date AND ledger.target = :target AND coalesce(outcome.outcome, batch.state) = 'acknowledged'
        AND delivery.is_chosen(ledger.project_code, cast(:project_codes AS text[]))
    GROUP BY ledger.project_code, coalesce(former.person_id, punch.person_id)
)

SELECT
    sent.project_code,
    count(DISTINCT coalesce(encode(person.id_hash, 'hex'), sent.person_id)) AS persons
FROM sent
LEFT JOIN core.person AS person ON person.person_id = sent.person_id
GROUP BY sent.project_code;
