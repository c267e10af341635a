"""``airflow xcom-toolkit audit``: the XComs there are, counted by their rows alone."""
