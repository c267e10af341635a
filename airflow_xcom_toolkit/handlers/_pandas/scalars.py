"""Timestamps, timedeltas, periods, intervals, and pandas' missing values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ...abc import Dumped, HandlerContext, Refusal, Source, TypeHandler
from .._zones import dump_zone, load_zone
from .extension import period_text


class TimestampHandler(TypeHandler):
    """``value`` counts ``unit`` since 1970, in UTC where there is a time zone."""

    type_id = "pandas.timestamp@1"
    types = (pd.Timestamp,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        meta = {"value": int(value.asm8.view("i8")), "unit": value.unit}
        if value.tz is not None:
            meta["tz"] = dump_zone(value.tz)
        if value.fold:
            meta["fold"] = value.fold
        if not _is_same(_timestamp(meta), value):
            raise Refusal("its time zone does not give it again; tz_convert it to a zoneinfo.ZoneInfo")
        return Dumped(meta)

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return _timestamp(meta)


def _timestamp(meta: Mapping[str, Any]) -> Any:
    found = pd.Timestamp(np.datetime64(meta["value"], meta["unit"]))
    if "tz" in meta:
        found = found.tz_localize("UTC").tz_convert(load_zone(meta["tz"]))
    fold = meta.get("fold", 0)
    return found if found.fold == fold else found.replace(fold=fold)


def _is_same(a: Any, b: Any) -> bool:
    return bool(
        a == b and a.unit == b.unit and a.fold == b.fold and type(a.tz) is type(b.tz) and a.utcoffset() == b.utcoffset()
    )


class TimedeltaHandler(TypeHandler):
    """``value`` counts ``unit``."""

    type_id = "pandas.timedelta@1"
    types = (pd.Timedelta,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return Dumped({"value": int(value.asm8.view("i8")), "unit": value.unit})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return pd.Timedelta(np.timedelta64(meta["value"], meta["unit"]))


class PeriodHandler(TypeHandler):
    """``ordinal`` counts ``freq`` since 1970."""

    type_id = "pandas.period@1"
    types = (pd.Period,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return Dumped({"ordinal": int(value.ordinal), "freq": period_text(pd.PeriodDtype(value.freq))})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return pd.Period(ordinal=meta["ordinal"], freq=meta["freq"])


class IntervalHandler(TypeHandler):
    """Both ends are children."""

    type_id = "pandas.interval@1"
    types = (pd.Interval,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return Dumped({"closed": value.closed}, [value.left, value.right], step=lambda i: (".left", ".right")[i])

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return pd.Interval(*children, closed=meta["closed"])


class _Singleton(TypeHandler):
    _value: Any

    def accepts(self, value: Any) -> bool:
        return value is self._value

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return Dumped()

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return self._value


class NaTHandler(_Singleton):
    """The one `pandas.NaT`."""

    type_id = "pandas.nat@1"
    _value = pd.NaT


class NAHandler(_Singleton):
    """The one `pandas.NA`."""

    type_id = "pandas.na@1"
    _value = pd.NA


SCALAR_HANDLERS: tuple[TypeHandler, ...] = (
    TimestampHandler(),
    TimedeltaHandler(),
    PeriodHandler(),
    IntervalHandler(),
    NaTHandler(),
    NAHandler(),
)
