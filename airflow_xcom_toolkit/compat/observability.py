"""Airflow's metrics and traces. Where they are differs: ``airflow.stats`` until 3.1, then the task SDK."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from ..observe.counting import Meter
from ..observe.watch import Span
from . import conf

log = logging.getLogger(__name__)

_RECEIVERS = ("statsd_on", "statsd_datadog_enabled", "otel_on")
_TRACER = "airflow_xcom_toolkit"


def meter() -> Meter | None:
    """Airflow's own stats; ``None`` where ``[metrics]`` switches none on."""
    is_on = any(conf.getboolean("metrics", option, fallback=False) for option in _RECEIVERS)
    return _AirflowMeter(stats()) if is_on else None


def stats() -> Any:
    """Has ``incr`` and ``timing``, whatever Airflow sets up behind them, and when."""
    try:  # Airflow 3.2 and newer; functions of the module from 3.3 on
        module: Any = import_module("airflow.sdk.observability.stats")
    except ImportError:
        module = import_module("airflow.stats")
    return module if hasattr(module, "incr") else module.Stats


class _AirflowMeter:
    """No value fails because a receiver of metrics is set up badly."""

    def __init__(self, stats: Any) -> None:
        self._stats = stats
        self._has_failed = False

    def count(self, name: str, number: int = 1, tags: Mapping[str, str] | None = None) -> None:
        self._tell("incr", name, number, tags)

    def time(self, name: str, milliseconds: float, tags: Mapping[str, str] | None = None) -> None:
        self._tell("timing", name, milliseconds, tags)

    def _tell(self, method: str, name: str, number: float, tags: Mapping[str, str] | None) -> None:
        try:  # What Airflow sends metrics with may be made here, at the first one.
            getattr(self._stats, method)(name, number, tags=dict(tags or {}))
        except Exception as e:
            if not self._has_failed:
                log.warning("Airflow's metrics did not take %s (%s), and may not take others", name, type(e).__name__)
            self._has_failed = True


def span_starter() -> Callable[[str], Span] | None:
    """Starts a span below the current one; ``None`` where ``[traces] otel_on`` is off."""
    if not conf.getboolean("traces", "otel_on", fallback=False):
        return None
    trace: Any = import_module("opentelemetry.trace")
    return lambda name: _CurrentSpan(trace.get_tracer(_TRACER), name)


class _CurrentSpan:
    def __init__(self, tracer: Any, name: str) -> None:
        self._entered = tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False)
        self._span = self._entered.__enter__()

    def end(self, attributes: Mapping[str, Any], error: str | None = None) -> None:
        if error is not None:
            status: Any = import_module("opentelemetry.trace.status")
            self._span.set_status(status.StatusCode.ERROR, error)
            self._span.set_attribute("error.type", error)
        self._span.set_attributes(dict(attributes))
        self._entered.__exit__(None, None, None)
