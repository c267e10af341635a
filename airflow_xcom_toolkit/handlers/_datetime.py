"""Dates, times and their zones: of the standard library, and of pendulum, which Airflow's contexts are made of.

=================================  =========================================================================
``datetime.date@1``                ``iso``
``datetime.time@1``                ``iso`` without a zone; ``fold`` if it is 1; ``tz`` as in `_zones`
``datetime.datetime@1``            the same
``datetime.timedelta@1``           ``days``, ``seconds``, ``microseconds``
``datetime.tzinfo@1``              ``tz``
``datetime.pendulum_date@1`` …     the same for ``Date``, ``Time`` and ``DateTime``
``datetime.pendulum_duration@1``   as ``timedelta``, and ``years`` and ``months`` on top
``datetime.pendulum_interval@1``   ``absolute``; children: start, end
=================================  =========================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from importlib import import_module
from typing import Any

from ..abc import Dumped, HandlerContext, Refusal, Source, TypeHandler
from ._zones import dump_zone, load_zone


class _TimeHandler(TypeHandler):
    """Rebuilds ``cls`` from its fields; imports its library only when a value or row is of it."""

    module = "datetime"
    name: str

    @cached_property
    def cls(self) -> Any:
        return getattr(import_module(self.module), self.name)

    def accepts(self, value: Any) -> bool:
        kind = type(value)
        return kind.__name__ == self.name and kind.__module__.partition(".")[0] == self.module and kind is self.cls


class DateHandler(_TimeHandler):
    """Keeps dates."""

    type_id = "datetime.date@1"
    name = "date"

    def dump(self, value: date, context: HandlerContext) -> Dumped:
        return Dumped({"iso": date(value.year, value.month, value.day).isoformat()})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> date:
        found = date.fromisoformat(meta["iso"])
        rebuilt: date = self.cls(found.year, found.month, found.day)
        return rebuilt


class TimeHandler(_TimeHandler):
    """Keeps times with their fold, naive and aware."""

    type_id = "datetime.time@1"
    name = "time"

    def dump(self, value: time, context: HandlerContext) -> Dumped:
        return Dumped({"iso": time(*_clock(value)).isoformat(), **_fold_and_zone(value)})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> time:
        found: time = self.cls(*_clock(time.fromisoformat(meta["iso"])), _zone(meta), fold=meta.get("fold", 0))
        return found


class DateTimeHandler(_TimeHandler):
    """Keeps datetimes with their fold, naive and aware."""

    type_id = "datetime.datetime@1"
    name = "datetime"

    def dump(self, value: datetime, context: HandlerContext) -> Dumped:
        is_plain = type(value) is datetime and value.tzinfo is None
        naive = value if is_plain else datetime(*_calendar(value), *_clock(value))
        return Dumped({"iso": naive.isoformat(), **_fold_and_zone(value)})

    def load(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext
    ) -> datetime:
        found = datetime.fromisoformat(meta["iso"])
        if self.cls is datetime and "tz" not in meta and "fold" not in meta and found.tzinfo is None:
            return found
        rebuilt: datetime = self.cls(*_calendar(found), *_clock(found), _zone(meta), fold=meta.get("fold", 0))
        return rebuilt


def _calendar(value: date) -> tuple[int, int, int]:
    return value.year, value.month, value.day


def _clock(value: time | datetime) -> tuple[int, int, int, int]:
    return value.hour, value.minute, value.second, value.microsecond


def _fold_and_zone(value: time | datetime) -> dict[str, Any]:
    found: dict[str, Any] = {"fold": value.fold} if value.fold else {}
    if value.tzinfo is not None:
        found["tz"] = dump_zone(value.tzinfo)
    return found


def _zone(meta: Mapping[str, Any]) -> tzinfo | None:
    return load_zone(meta["tz"]) if "tz" in meta else None


class TimedeltaHandler(_TimeHandler):
    """Keeps durations to the microsecond."""

    type_id = "datetime.timedelta@1"
    name = "timedelta"

    def dump(self, value: timedelta, context: HandlerContext) -> Dumped:
        return Dumped(_delta(value))

    def load(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext
    ) -> timedelta:
        return timedelta(meta["days"], meta["seconds"], meta["microseconds"])


def _delta(value: timedelta) -> dict[str, int]:
    # A subclass has its own idea of days and seconds.
    return {name: vars(timedelta)[name].__get__(value) for name in ("days", "seconds", "microseconds")}


class ZoneHandler(TypeHandler):
    """Keeps time zones that a name or an offset makes again."""

    type_id = "datetime.tzinfo@1"

    def accepts(self, value: Any) -> bool:
        return isinstance(value, tzinfo)

    def dump(self, value: tzinfo, context: HandlerContext) -> Dumped:
        return Dumped({"tz": dump_zone(value)})

    def load(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext
    ) -> tzinfo:
        return load_zone(meta["tz"])


class PendulumDateHandler(DateHandler):
    """Keeps ``pendulum.Date``."""

    type_id = "datetime.pendulum_date@1"
    module = "pendulum"
    name = "Date"


class PendulumTimeHandler(TimeHandler):
    """Keeps ``pendulum.Time``."""

    type_id = "datetime.pendulum_time@1"
    module = "pendulum"
    name = "Time"


class PendulumDateTimeHandler(DateTimeHandler):
    """Keeps ``pendulum.DateTime``."""

    type_id = "datetime.pendulum_datetime@1"
    module = "pendulum"
    name = "DateTime"


class PendulumDurationHandler(_TimeHandler):
    """Keeps ``pendulum.Duration``, whose years and months are counted apart."""

    type_id = "datetime.pendulum_duration@1"
    module = "pendulum"
    name = "Duration"

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        whole = _delta(value)
        whole["days"] -= value.years * 365 + value.months * 30
        return Dumped({**whole, "years": value.years, "months": value.months})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        names = ("days", "seconds", "microseconds", "years", "months")
        return self.cls(**{name: meta[name] for name in names})


class PendulumIntervalHandler(_TimeHandler):
    """Keeps ``pendulum.Interval``: its ends, in their order, and whether it is absolute."""

    type_id = "datetime.pendulum_interval@1"
    module = "pendulum"
    name = "Interval"

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        _, (start, end, absolute) = value.__reduce__()
        if _parts(self.cls(start, end, absolute)) != _parts(value):
            raise Refusal("its ends do not give it back; pass (interval.start, interval.end)")
        return Dumped({"absolute": absolute}, children=(start, end), step=(".start", ".end").__getitem__)

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        start, end = children
        return self.cls(start, end, meta["absolute"])


def _parts(interval: Any) -> tuple[Any, ...]:
    return interval.__reduce__()[1], interval.start, interval.end, _delta(interval)


HANDLERS: tuple[TypeHandler, ...] = (
    DateTimeHandler(),
    DateHandler(),
    TimeHandler(),
    TimedeltaHandler(),
    PendulumDateTimeHandler(),
    PendulumDateHandler(),
    PendulumTimeHandler(),
    PendulumDurationHandler(),
    PendulumIntervalHandler(),
    ZoneHandler(),
)
