"""Time zones as JSON, by what makes them again: a name in the IANA database, or an offset.

===========================================  ==============================================================
``["utc"]``                                  the one ``datetime.timezone.utc``
``["fixed", days, seconds, microseconds]``   ``datetime.timezone``, with its name as a fifth entry if it has one
``["zoneinfo", key]``                        ``zoneinfo.ZoneInfo``; ``["zoneinfo", key, false]`` by ``no_cache``
``["pendulum", key]``                        ``pendulum.Timezone``, likewise
``["pendulum-fixed", seconds, name]``        ``pendulum.FixedTimezone``
``["pytz-utc"]``                             ``pytz.utc``
``["pytz-fixed", minutes]``                  ``pytz.FixedOffset``
``["pytz", key]``                            a pytz zone; with offset, dst (seconds) and name a localized one
``["dateutil-utc"]``                         ``dateutil.tz.UTC``
``["dateutil-fixed", seconds, name]``        ``dateutil.tz.tzoffset``
``["pydantic", seconds]``                    the one that pydantic gives what it parses
===========================================  ==============================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta, timezone, tzinfo
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

from ..abc import Json, Refusal
from ._json import TEXT, fit

_ADVICE = "use datetime.timezone or zoneinfo.ZoneInfo(name)"


def dump_zone(zone: tzinfo) -> list[Json]:
    """JSON that gives ``zone`` again, as the very type. Raises `Refusal` for what only this process knows."""
    root = type(zone).__module__.partition(".")[0]
    dumped: list[Any] | None = _DUMPS[root](zone) if root in _DUMPS else None
    if dumped is None or not fit(dumped) & TEXT:
        raise Refusal(f"its time zone, a {type(zone).__module__}.{type(zone).__qualname__}, has no name; {_ADVICE}")
    return dumped


def load_zone(dumped: list[Any]) -> tzinfo:
    """The zone that `dump_zone` was given."""
    kind, *args = dumped
    zone: tzinfo = _LOADS[kind](*args)
    return zone


def _dump_fixed(zone: tzinfo) -> list[Any] | None:
    if type(zone) is not timezone:
        return None
    if zone is timezone.utc:
        return ["utc"]
    offset, *name = zone.__getinitargs__()  # type: ignore[attr-defined]
    return ["fixed", offset.days, offset.seconds, offset.microseconds, *name]


def _load_fixed(days: int, seconds: int, microseconds: int, *name: str) -> timezone:
    return timezone(timedelta(days, seconds, microseconds), *name)


def _dump_zoneinfo(zone: tzinfo) -> list[Any] | None:
    return _keyed("zoneinfo", zone) if type(zone) is ZoneInfo else None


def _keyed(kind: str, zone: ZoneInfo) -> list[Any] | None:
    """By key, unless the zone was read from a file: then its key, if any, says nothing of its rules."""
    try:
        made: Any = zone.__reduce__()
        key, cached = made[1]
    except Exception:
        return None
    if zone.key is None or key != zone.key:
        return None
    return [kind, key] if cached else [kind, key, False]


def _load_keyed(cls: type[ZoneInfo], key: str, cached: bool = True) -> ZoneInfo:
    return cls(key) if cached else cls.no_cache(key)


def _dump_pendulum(zone: tzinfo) -> list[Any] | None:
    pendulum: Any = import_module("pendulum")
    if type(zone) is pendulum.FixedTimezone:
        return ["pendulum-fixed", *zone.__getinitargs__()]  # type: ignore[attr-defined]
    return _keyed("pendulum", zone) if type(zone) is pendulum.Timezone else None  # type: ignore[arg-type]


def _dump_pytz(zone: tzinfo) -> list[Any] | None:
    pytz: Any = import_module("pytz")
    if zone is pytz.utc:
        return ["pytz-utc"]
    args = zone.__reduce__()[1]
    if type(zone) is type(pytz.FixedOffset(1)):
        return ["pytz-fixed", *args]
    dumped = ["pytz", *args]
    return dumped if load_zone(dumped) is zone else None


def _dump_dateutil(zone: tzinfo) -> list[Any] | None:
    tz: Any = import_module("dateutil.tz")
    if type(zone) is type(tz.UTC):
        return ["dateutil-utc"]
    offset = zone.utcoffset(None)
    if type(zone) is not tz.tzoffset or offset is None:
        return None
    return ["dateutil-fixed", offset.total_seconds(), zone.tzname(None)]


def _dump_pydantic(zone: tzinfo) -> list[Any] | None:
    offset = zone.utcoffset(None)
    if type(zone) is not _of("pydantic_core", "TzInfo") or offset is None:
        return None
    return ["pydantic", int(offset.total_seconds())]


def _of(module: str, name: str) -> Any:
    return getattr(import_module(module), name)


_DUMPS: Mapping[str, Callable[[Any], list[Any] | None]] = {
    "datetime": _dump_fixed,
    "zoneinfo": _dump_zoneinfo,
    "pendulum": _dump_pendulum,
    "pytz": _dump_pytz,
    "dateutil": _dump_dateutil,
    "pydantic_core": _dump_pydantic,
}

_LOADS: Mapping[str, Callable[..., Any]] = {
    "utc": lambda: timezone.utc,
    "fixed": _load_fixed,
    "zoneinfo": lambda *args: _load_keyed(ZoneInfo, *args),
    "pendulum": lambda *args: _load_keyed(_of("pendulum", "Timezone"), *args),
    "pendulum-fixed": lambda *args: _of("pendulum", "FixedTimezone")(*args),
    "pytz-utc": lambda: _of("pytz", "utc"),
    "pytz-fixed": lambda minutes: _of("pytz", "FixedOffset")(minutes),
    "pytz": lambda *args: _of("pytz.tzinfo", "unpickler")(*args),
    "dateutil-utc": lambda: _of("dateutil.tz", "UTC"),
    "pydantic": lambda seconds: _of("pydantic_core", "TzInfo")(seconds),
    "dateutil-fixed": lambda seconds, name: _of("dateutil.tz", "tzoffset")(name, seconds),
}
