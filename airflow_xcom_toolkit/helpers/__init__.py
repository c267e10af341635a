"""What a task calls: each reads or writes XComs through Airflow's own task API, whatever the backend."""
