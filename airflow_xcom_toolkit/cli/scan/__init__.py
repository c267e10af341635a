"""What the tasks of dags return, by what they declare, and what becomes of it in each backend."""
