"""Metrics and a span of a push, pull or purge."""

from __future__ import annotations

from typing import Any

from ..abc import Coordinate
from .names import BYTES, FAILURES, STAGE_TIME, TIME, VALUES, error_name
from .stages import Clock
from .stored import Stored
from .watch import Seen, Watch


class Measured(Seen):
    """One that is measured, and told to Airflow's stats and traces."""

    __slots__ = ("_clock", "_span")

    def __init__(self, watch: Watch, action: str, at: Coordinate | None, *, timed: bool) -> None:
        super().__init__(watch, action, at)
        self._span = watch.start_span(f"xcom.{action}") if watch.start_span and timed else None
        self._clock = Clock() if timed else None

    def failed(self, error: BaseException) -> None:
        self._stop()
        self._count(FAILURES, error=error_name(error))
        self._end_span(error=type(error).__name__)

    def done(self, row: Any) -> None:
        self._stop()
        found = self._tell(row)
        if found is not None:
            self._measure(found)
        self._end_span(found)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.stop()

    # Metrics -----------------------------------------------------------------------------------------------------

    def _measure(self, found: Stored) -> None:
        self._count(VALUES, place=found.place)
        self._count(BYTES, found.row_bytes, part="row")
        self._count(BYTES, found.object_bytes, part="object")
        if self._clock is not None and found.place != "plain":
            self._time(TIME, self._clock.total)
            for stage, seconds in self._clock.seconds.items():
                self._time(STAGE_TIME, seconds, stage=stage)

    def _count(self, pattern: str, number: int = 1, **names: str) -> None:
        if self._watch.meter is not None and number:
            self._watch.meter.count(pattern.format(action=self._action, **names), number, self._tags)

    def _time(self, pattern: str, seconds: float, **names: str) -> None:
        if self._watch.meter is not None:
            self._watch.meter.time(pattern.format(action=self._action, **names), 1000 * seconds, self._tags)

    @property
    def _tags(self) -> dict[str, str]:
        """Those of Airflow's own metrics of a task."""
        found = {"dag_id": self._at.dag_id, "task_id": self._at.task_id} if self._at else {}
        return {name: value for name, value in found.items() if value is not None}

    # The span ----------------------------------------------------------------------------------------------------

    def _end_span(self, found: Stored | None = None, error: str | None = None) -> None:
        if self._span is not None:
            stages = self._clock.seconds if self._clock else {}
            shown = {**_whose(self._at), **(_what(found) if found else {})}
            shown.update({f"xcom.{stage}_seconds": seconds for stage, seconds in stages.items()})
            self._span.end({name: value for name, value in shown.items() if value is not None}, error)


def _whose(at: Coordinate | None) -> dict[str, Any]:
    """By the names that the spans of Airflow's tasks have."""
    at = at or Coordinate()
    return {
        "airflow.dag_id": at.dag_id,
        "airflow.task_id": at.task_id,
        "airflow.dag_run.run_id": at.run_id,
        "airflow.task_instance.map_index": at.map_index,
        "xcom.key": at.key,
    }


def _what(found: Stored) -> dict[str, Any]:
    return {
        "xcom.place": found.place,
        "xcom.row_bytes": found.row_bytes,
        "xcom.object_bytes": found.object_bytes or None,
        "xcom.store": found.store,
        "xcom.encrypted": found.is_encrypted,
        "xcom.type": found.type,
        "xcom.codecs": found.codecs or None,
    }
