"""What Airflow loads at the start of each process: names only, everything else when first used."""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin


def pull_path(*args: Any, **kwargs: Any) -> Any:
    """``{{ macros.xcom_toolkit.pull_path(ti, "extract.return_value.items[0].name") }}``; see `helpers.paths`."""
    from ..helpers import paths

    return paths.pull_path(*args, **kwargs)


class XComToolkitPlugin(AirflowPlugin):
    """The macros of the toolkit."""

    name = "xcom_toolkit"
    macros = [pull_path]
