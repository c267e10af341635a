"""A backend whose import loads a library that few tasks need."""

from __future__ import annotations

import pandas as pd

from airflow_xcom_toolkit import ToolkitXComBackend

from .registry import fault


@fault("imports pandas where it is imported itself", "test_importing_it_loads_no_heavy_library")
class ImportsPandas(ToolkitXComBackend):
    frames: tuple[type, ...] = (pd.DataFrame, pd.Series)
