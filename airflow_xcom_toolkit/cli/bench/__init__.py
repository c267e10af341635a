"""``airflow xcom-toolkit bench``: speed and memory on a deployment's own store and configuration."""
