"""``airflow xcom-toolkit …``, and ``python -m airflow_xcom_toolkit …``, which every Airflow has."""
