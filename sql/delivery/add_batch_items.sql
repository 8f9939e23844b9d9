-- Write which objects of the chain a batch carries. Writes delivery.batch_item.
INSERT INTO delivery.batch_item (work_date, project_code, batch_id, row_index, local_key)
SELECT
    :work_date,
    told.project_code,
    told.batch_id,
    told.row_index,
    told.local_key
FROM unnest(cast(:project_codes AS text[]), cast(:batch_ids AS bigint[]), cast(:row_indexes AS integer[]), cast(:local_keys AS text[]))
    AS told (project_code, batch_id, row_index, local_key);
