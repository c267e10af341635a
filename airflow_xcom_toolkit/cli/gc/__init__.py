"""``airflow xcom-toolkit gc``: finds the objects that no row refers to, and deletes them if asked to."""
