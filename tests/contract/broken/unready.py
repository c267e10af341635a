"""A backend whose module can be imported only where another one was imported before."""

from __future__ import annotations

import sys

from airflow_xcom_toolkit import ToolkitXComBackend

from .registry import fault

storage = sys.modules["tests.contract.broken.storage"]


@fault("needs another module to be imported before its own", "test_a_fresh_process_can_import_it", because="KeyError")
class NeedsAnImportBefore(ToolkitXComBackend):
    pass
