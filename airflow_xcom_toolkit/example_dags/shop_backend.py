"""A backend of the shop's own, in a module that Airflow can import; `07_03_04_custom_xcom_backend` uses it."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import Any

from airflow_xcom_toolkit import ToolkitXComBackend

log = logging.getLogger(__name__)


class ShopXComBackend(ToolkitXComBackend):
    """Refuses values above 100 MB, whatever `airflow.cfg` says, and logs how long each push and pull took.

    All else is the toolkit's: types, offload, encryption, versions. `push` and `pull` are what Airflow's hooks lead to,
    on every Airflow: `serialize_value` and `deserialize_value`, and `store_value` and `load_value` since Airflow 3.4.
    """

    @classmethod
    def settings(cls) -> Any:
        return replace(super().settings(), max_value_bytes=100_000_000)

    @classmethod
    def push(cls, value: Any, at: Any) -> Any:
        begin = time.perf_counter()
        row = super().push(value, at)
        log.info("%s was pushed in %.1f ms", at, (time.perf_counter() - begin) * 1000)
        return row

    @classmethod
    def pull(cls, row: Any, at: Any, part: Any = None) -> Any:
        begin = time.perf_counter()
        pulled = super().pull(row, at, part)
        log.info("%s was pulled in %.1f ms", at, (time.perf_counter() - begin) * 1000)
        return pulled
