-- The rows of one batch in their order: punches, or objects of the chain. Reads delivery.punch_batch, delivery.batch_item.
SELECT
    row_index,
    punch_id AS local_key
FROM delivery.punch_batch
WHERE work_date = :work_date AND batch_id = :batch_id
UNION ALL
SELECT
    row_index,
    local_key
FROM delivery.batch_item
WHERE work_date = :work_date AND batch_id = :batch_id
ORDER BY row_index, local_key;
