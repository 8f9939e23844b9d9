"""How Airflow carries the use cases: schedules, tasks, pools, retries, connections. Nothing else imports Airflow."""
