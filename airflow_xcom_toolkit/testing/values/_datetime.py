"""Dates, times and zones: of the standard library, pendulum, pytz and dateutil."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from ._example import Library, Make, family

pendulum: Any = Library("pendulum")
pytz: Any = Library("pytz")
dateutil: Any = Library("dateutil.tz")

_ODD = dt.timezone(dt.timedelta(hours=-5, seconds=-7, microseconds=3), "odd")


def _paris() -> Any:
    return ZoneInfo("Europe/Paris")


_STANDARD: dict[str, Make] = {
    "dates": lambda: [dt.date(2024, 2, 29), dt.date.min, dt.date.max],
    "times": lambda: [dt.time(1, 2, 3, 4), dt.time(2, 30, fold=1), dt.time(2, 30, tzinfo=_paris())],
    "a naive datetime": lambda: dt.datetime(2024, 1, 2, 3, 4, 5, 6),
    "a datetime in UTC": lambda: dt.datetime(2024, 1, 2, tzinfo=dt.timezone.utc),
    "a datetime of a named zone": lambda: dt.datetime(2024, 7, 2, tzinfo=_paris()),
    "a datetime of an odd offset": lambda: dt.datetime(2024, 1, 2, tzinfo=_ODD),
    "the second of two same times": lambda: dt.datetime(2024, 10, 27, 2, 30, tzinfo=_paris(), fold=1),
    "the ends of datetimes": lambda: (dt.datetime.min, dt.datetime.max),
    "timedeltas": lambda: [dt.timedelta(days=-1, microseconds=1), dt.timedelta.min, dt.timedelta.max],
    "time zones": lambda: [dt.timezone.utc, dt.timezone(dt.timedelta(0), "UTC"), _ODD, _paris(), ZoneInfo("UTC")],
    "dates as keys": lambda: {dt.date(2024, 1, 1): dt.time(0), dt.timezone.utc: 1},
}

_PENDULUM: dict[str, Make] = {
    "a pendulum DateTime": lambda: pendulum.datetime(2024, 7, 2, 3, 4, 5, 6, tz="Europe/Paris"),
    "a naive pendulum DateTime": lambda: pendulum.naive(2024, 1, 2),
    "a pendulum Date": lambda: pendulum.date(2024, 2, 29),
    "a pendulum Time": lambda: pendulum.time(1, 2, 3, 4),
    "a pendulum Duration": lambda: pendulum.duration(years=2, months=-3, weeks=1, hours=-30),
    "a pendulum Interval": lambda: pendulum.datetime(2024, 1, 1) - pendulum.datetime(2025, 3, 4, 5),
    "pendulum time zones": lambda: [pendulum.UTC, pendulum.timezone("Asia/Tokyo"), pendulum.FixedTimezone(3600, "x")],
}

_PYTZ: dict[str, Make] = {
    "pytz time zones": lambda: [pytz.UTC, pytz.timezone("Europe/Paris"), pytz.FixedOffset(90)],
    "a datetime of a pytz zone": lambda: pytz.timezone("Europe/Paris").localize(dt.datetime(2024, 7, 2)),
}

_DATEUTIL: dict[str, Make] = {
    "dateutil time zones": lambda: [dateutil.UTC, dateutil.tzoffset("x", 3600)],
}

DATETIME = {
    **family("datetime", _STANDARD),
    **family("datetime", _PENDULUM, "pendulum"),
    **family("datetime", _PYTZ, "pytz"),
    **family("datetime", _DATEUTIL, "dateutil"),
}
