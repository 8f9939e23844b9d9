"""The view in Airflow's own web page: behind Airflow's login, drawn by the server, with nothing from outside."""
