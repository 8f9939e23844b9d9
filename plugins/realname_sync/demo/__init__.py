"""The whole system on one machine: PostgreSQL, the sandbox and Airflow, to look at and to practise on."""
