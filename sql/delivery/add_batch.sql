-- Plan one batch of the chain. Writes delivery.batch; yields batch_id.
INSERT INTO delivery.batch (work_date, project_code, target, kind, group_key, row_count, state, planned_at)
VALUES (:work_date, :project_code, :target, :kind, :group_key, :row_count, 'planned', :planned_at)
RETURNING batch_id;
