-- Remember that Airflow was asked to backfill a DAG for this backfill. Writes ops.backfill.
UPDATE ops.backfill
SET created_dags = created_dags || cast(:dag_id AS text)
WHERE backfill_id = :backfill_id AND NOT cast(:dag_id AS text) = any(created_dags);
