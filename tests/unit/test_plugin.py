"""The plugin: Airflow finds it in every process, so it must cost nothing."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

from airflow_xcom_toolkit.plugin import XComToolkitPlugin


def test_airflow_finds_the_plugin() -> None:
    """By its entry point: plugins that a provider's metadata names are not loaded in task processes."""
    [found] = entry_points(group="airflow.plugins", name="xcom_toolkit")
    assert found.load() is XComToolkitPlugin


def test_templates_have_its_macros() -> None:
    """In a new process, as the task runner makes them available, on every Airflow."""
    code = """
try:
    from airflow.sdk.plugins_manager import integrate_macros_plugins
except ImportError:
    from airflow.plugins_manager import integrate_macros_plugins
integrate_macros_plugins()
from airflow.sdk.execution_time import macros
print("MACRO", macros.xcom_toolkit.pull_path.__name__)
"""
    assert "MACRO pull_path" in _printed(code)


def test_loading_it_loads_nothing_of_the_toolkit_or_of_a_value() -> None:
    code = """
import sys
import airflow.plugins_manager
before = set(sys.modules)
import airflow_xcom_toolkit.plugin
print("LOADED", *sorted(set(sys.modules) - before))
"""
    [line] = [line for line in _printed(code).splitlines() if line.startswith("LOADED")]
    assert set(line.split()[1:]) <= {"airflow_xcom_toolkit", "airflow_xcom_toolkit.plugin"}


def _printed(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
