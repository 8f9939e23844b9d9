-- An object of the chain that is on its way is in a batch that is not settled. Reads delivery.registration, batch_item, batch of all dates,
-- for a chain belongs to no date; yields what is wrong.
SELECT
    known.target,
    concat_ws(' ', known.kind, known.project_code, known.local_key) AS subject,
    'is on its way in no batch' AS wrong
FROM delivery.registration AS known
WHERE
    known.state = 'in_batch' AND cast(:work_date AS date) IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM delivery.batch_item AS item
        INNER JOIN delivery.batch AS batch
            ON batch.work_date = item.work_date AND batch.project_code = item.project_code AND batch.batch_id = item.batch_id
        WHERE
            item.project_code = known.project_code AND item.local_key = known.local_key
            AND batch.target = known.target AND batch.kind = known.kind
            AND batch.state IN ('planned', 'sending', 'sent', 'unknown')
    );
