"""Airflow's own stats and traces, with receivers that keep what they get."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from airflow_xcom_toolkit.compat.observability import stats
from tests.unit.conftest import SetOptions

_OURS = "xcom_toolkit."


class Receiver:
    """What Airflow makes one of, for ``[metrics]``. Keeps what is the toolkit's, without the beginning of its name."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.times: defaultdict[str, list[float]] = defaultdict(list)
        self.tags: set[tuple[tuple[str, str], ...]] = set()

    def incr(self, stat: str, count: int = 1, rate: float = 1, *, tags: Any = None) -> None:
        if stat.startswith(_OURS):
            self.counts[self._noted(stat, tags)] += count

    def timing(self, stat: str, dt: float, *, tags: Any = None) -> None:
        if stat.startswith(_OURS):
            self.times[self._noted(stat, tags)].append(dt)

    @contextmanager
    def timer(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Airflow times the first use of a store."""
        yield SimpleNamespace(duration=0.0)

    def _noted(self, stat: str, tags: Any) -> str:
        self.tags.add(tuple(sorted((tags or {}).items())))
        return stat.removeprefix(_OURS)


def receive_with(monkeypatch: pytest.MonkeyPatch, make: Callable[[], Any]) -> None:
    """Lets Airflow's stats have the logger that ``make`` makes, as ``[metrics]`` does."""
    airflow: Any = stats()
    if isinstance(airflow, ModuleType):  # Airflow 3.3 and newer
        airflow.initialize(factory=make, export_legacy_names=True)
    elif hasattr(type(airflow), "initialize"):  # Airflow 3.2
        airflow.initialize(factory=make)
    else:
        monkeypatch.setattr(type(airflow), "factory", staticmethod(make))
        monkeypatch.setattr(airflow, "instance", None, raising=False)
        monkeypatch.setattr(airflow, "_instance_pid", os.getpid(), raising=False)


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch, options: SetOptions) -> Iterator[Receiver]:
    """Metrics are on, and this gets them."""
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "True")
    receiver = Receiver()
    receive_with(monkeypatch, lambda: receiver)
    options()
    yield receiver
    receive_with(monkeypatch, Receiver)


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch, options: SetOptions) -> Callable[[], list[ReadableSpan]]:
    """Traces are on; the spans that have ended."""
    monkeypatch.setenv("AIRFLOW__TRACES__OTEL_ON", "True")
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr("opentelemetry.trace._TRACER_PROVIDER", provider)
    options()
    return lambda: list(exporter.get_finished_spans())
