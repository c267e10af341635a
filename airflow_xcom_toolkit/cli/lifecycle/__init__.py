"""``airflow xcom-toolkit lifecycle``: the rule that lets a bucket clean up what no list of objects shows."""
