-- The objects of the chain that the batches :batch_ids carry, in the order they are sent.
SELECT
    batch_id,
    row_index,
    project_code,
    local_key
FROM delivery.batch_item
WHERE work_date = :work_date AND batch_id = ANY(:batch_ids)
ORDER BY batch_id, row_index;
