"""The database behind the backend under test: a stand-in, or a real one behind a started Airflow."""
