"""The provider's metadata, for Airflow; ``provider.yaml`` is its one source, option docs and defaults included."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


def get_provider_info() -> dict[str, Any]:
    """What Airflow shows of the provider and its options. A new dict each time."""
    info: dict[str, Any] = yaml.safe_load(files(__package__).joinpath("provider.yaml").read_text(encoding="utf-8"))
    return info


@cache
def option_defaults() -> dict[str, str]:
    """The default of each option of ``[xcom_toolkit]``."""
    options = get_provider_info()["config"]["xcom_toolkit"]["options"]
    return {name: str(option["default"] or "") for name, option in options.items()}
