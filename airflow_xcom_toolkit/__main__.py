"""``python -m airflow_xcom_toolkit``: the commands of ``airflow xcom-toolkit``, on every Airflow."""

from .cli.definition import main

if __name__ == "__main__":
    main()
