"""A backend that takes the compression that pays for each value; importing it loads nothing else."""

from __future__ import annotations

from dataclasses import replace

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.settings import Settings


class Compressing(ToolkitXComBackend):
    """``auto``, wherever a test does not ask for a compression itself.

    The option does not say so: the stock backend, which some tests run beside it, does not know ``auto``.
    """

    @classmethod
    def settings(cls) -> Settings:
        found = super().settings()
        return replace(found, compression=found.compression or "auto")
