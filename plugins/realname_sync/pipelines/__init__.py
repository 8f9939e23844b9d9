"""The use cases, as functions of a city and a work date; Airflow and the command line both call these."""
