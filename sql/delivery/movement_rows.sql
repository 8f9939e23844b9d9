-- The movements that the batches :batch_ids carry.
SELECT
    item.batch_id,
    item.row_index,
    person.id_cipher,
    movement.moved_on,
    movement.kind
FROM delivery.batch_item AS item
INNER JOIN core.entry_exit AS movement ON movement.entry_exit_id = item.local_key
INNER JOIN core.person AS person ON person.person_id = movement.person_id
WHERE item.work_date = :work_date AND item.batch_id = ANY(:batch_ids);
