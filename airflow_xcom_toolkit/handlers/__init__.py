"""Type handlers: values to JSON, children and bytes, and back. One file per family of types.

Imported when a value, or a row, first needs its family; see `airflow_xcom_toolkit.registry`.
"""
