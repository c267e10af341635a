"""Sphinx configuration: MyST pages, warnings are errors (``sphinx-build -W``)."""

project = "airflow-xcom-toolkit"
author = "the airflow-xcom-toolkit contributors"
copyright = "the airflow-xcom-toolkit contributors; Apache License 2.0"

extensions = ["myst_parser"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "airflow-xcom-toolkit"
