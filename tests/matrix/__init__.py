"""Every Airflow that is supported, on every Python that it runs on. ``python -m tests.matrix`` runs them all."""
