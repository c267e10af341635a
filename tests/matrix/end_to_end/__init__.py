"""The dags of the matrix in a started Airflow, the one of this interpreter."""
