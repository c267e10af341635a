"""``python -m airflow_xcom_toolkit.demo``: the example dag ``flights`` in a real Airflow, measured, in two minutes.

The dag runs through `ToolkitXComBackend`, with a fresh key and a local store; then each of its values goes through
Airflow's default backend. Every number that is shown was measured in that run. Everything is kept in ``.demo``.
"""
