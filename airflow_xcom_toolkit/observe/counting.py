"""Counting what happens below a push or pull, wherever it does; nothing is counted where Airflow has no metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Meter(Protocol):
    """Airflow's stats. ``tags`` reach only receivers that know tags."""

    def count(self, name: str, number: int = 1, tags: Mapping[str, str] | None = None) -> None: ...

    def time(self, name: str, milliseconds: float, tags: Mapping[str, str] | None = None) -> None: ...


_meter: Meter | None = None


def count_with(meter: Meter | None) -> None:
    """From now on, in this process."""
    global _meter
    _meter = meter


def count(pattern: str, **names: str) -> None:
    """One more of what is named, from any thread. It fails nothing."""
    if _meter is not None:
        _meter.count(pattern.format(**names))
