"""Values of every type that the families of Python's own types keep, nested in one another."""

from __future__ import annotations

import datetime
import ipaddress
import struct
import uuid
import zoneinfo
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import PosixPath, PurePosixPath, PureWindowsPath
from typing import Any

from hypothesis import strategies as st

Values = st.SearchStrategy[Any]

_ZONE_NAMES = ("UTC", "Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Monrovia")
_FACTORIES = (None, bool, int, float, str, bytes, list, tuple, dict, set, frozenset)
_SPECIAL_TEXTS = ("~", "of", "at", "__classname__", "__id__", "__type", "__var", "\x00", "\ud800", "\ud83d\ude00", "")
_PATH_TEXT = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=20)


@cache
def json_texts() -> st.SearchStrategy[str]:
    """Any text: NUL, lone surrogates and pairs of them, and words with a meaning to Airflow or to a tree."""
    return st.one_of(
        st.text(max_size=20),
        st.text(st.characters(min_codepoint=0xD7FF, max_codepoint=0xE000), max_size=4),
        st.sampled_from(_SPECIAL_TEXTS),
    )


def floats() -> st.SearchStrategy[float]:
    """Every double, bit for bit: each NaN, both zeros, both infinities."""
    any_bits = st.binary(min_size=8, max_size=8).map(lambda bits: struct.unpack(">d", bits)[0])
    return st.one_of(st.floats(), any_bits)


def decimals() -> st.SearchStrategy[Decimal]:
    """Finite ones of any exponent, zeros of both signs, and every kind of NaN."""
    digits = st.integers(0, 10**40).map(lambda n: tuple(map(int, str(n))))
    finite = st.tuples(st.integers(0, 1), digits, st.integers(-400, 400))
    special = st.sampled_from(
        ("NaN", "-NaN", "sNaN", "-sNaN", "NaN123", "-sNaN9", "Infinity", "-Infinity", "-0", "0E+9")
    )
    return finite.map(Decimal) | special.map(Decimal)


def fixed_zones() -> Values:
    """``datetime.timezone`` to the microsecond, with a name or without."""
    day = datetime.timedelta(hours=23, minutes=59, seconds=59, microseconds=999999)
    offsets = st.timedeltas(-day, day)
    named = st.builds(datetime.timezone, offsets, st.text(st.characters(codec="utf-8"), max_size=8))
    return st.just(datetime.timezone.utc) | st.builds(datetime.timezone, offsets) | named


def zones() -> Values:
    """Zones with an offset or with a name."""
    return fixed_zones() | st.sampled_from(_ZONE_NAMES).map(zoneinfo.ZoneInfo)


def moments() -> Values:
    """Dates, times, durations and zones of the standard library."""
    any_zone = st.none() | zones()
    folds = st.integers(0, 1)
    return st.one_of(
        st.dates(),
        st.timedeltas(),
        zones(),
        st.builds(lambda time, zone, fold: time.replace(tzinfo=zone, fold=fold), st.times(), any_zone, folds),
        _datetimes(any_zone),
    )


def zoned() -> st.SearchStrategy[datetime.datetime]:
    """Datetimes with a zone, of the first of two same times or the second."""
    return _datetimes(zones())


def _datetimes(any_zone: Values) -> st.SearchStrategy[datetime.datetime]:
    naive = st.datetimes(datetime.datetime(2, 1, 1), datetime.datetime(9998, 12, 31))
    return st.builds(
        lambda value, zone, fold: value.replace(tzinfo=zone, fold=fold), naive, any_zone, st.integers(0, 1)
    )


def addresses() -> Values:
    """IP addresses, networks and interfaces, with IPv6 zones."""
    any_v4, any_v6 = st.ip_addresses(v=4), st.ip_addresses(v=6)
    return st.one_of(
        any_v4,
        any_v6,
        any_v6.map(lambda address: ipaddress.IPv6Address(f"{address}%eth0")),
        st.builds(lambda ip, bits: ipaddress.ip_network((ip, bits), strict=False), any_v4, st.integers(0, 32)),
        st.builds(lambda ip, bits: ipaddress.ip_network((ip, bits), strict=False), any_v6, st.integers(0, 128)),
        st.builds(lambda ip, bits: ipaddress.ip_interface((ip, bits)), any_v4, st.integers(0, 32)),
        st.builds(lambda ip, bits: ipaddress.ip_interface((ip, bits)), any_v6, st.integers(0, 128)),
    )


def paths() -> Values:
    """Concrete and pure paths."""
    return st.one_of(_PATH_TEXT.map(PosixPath), _PATH_TEXT.map(PurePosixPath), st.just(PureWindowsPath("C:\\a/b")))


def uuids() -> Values:
    """UUIDs, with and without word on their safety."""
    return st.builds(
        lambda value, safe: uuid.UUID(int=value.int, is_safe=safe), st.uuids(), st.sampled_from(uuid.SafeUUID)
    )


@cache
def hashable_leaves() -> Values:
    """Values without items, that may be keys."""
    return st.one_of(
        *(st.none(), st.booleans(), st.integers(), st.integers(-(2**200), 2**200), json_texts(), floats()),
        *(st.complex_numbers(), st.binary(max_size=20), st.fractions(), decimals().filter(_is_hashable)),
        *(uuids(), paths(), addresses(), moments(), st.just(...), st.builds(range, st.integers(), st.integers())),
    )


def _is_hashable(value: Decimal) -> bool:
    return not value.is_snan()


@cache
def leaves() -> Values:
    """Values without items."""
    return st.one_of(
        *(hashable_leaves(), decimals(), st.binary(min_size=500, max_size=600), st.binary(max_size=600).map(bytearray)),
        st.builds(slice, st.integers() | json_texts(), st.none() | st.integers(), st.none() | st.integers()),
    )


@cache
def keys() -> Values:
    """Hashable values, with tuples and frozen sets of such."""
    return st.recursive(
        hashable_leaves(),
        lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3),
        max_leaves=4,
    )


def plain_values() -> Values:
    """Anything of the families ``py`` and ``datetime``, nested."""
    return st.recursive(leaves(), containers, max_leaves=12)


def containers(inner: Values) -> Values:
    """Every container, of what ``inner`` makes."""
    lists, dicts = st.lists(inner, max_size=4), st.dictionaries(keys(), inner, max_size=4)
    return st.one_of(
        *(lists, lists.map(tuple), st.dictionaries(json_texts(), inner, max_size=4), dicts),
        *(dicts.map(OrderedDict), dicts.map(Counter), st.lists(dicts, min_size=1, max_size=3).map(_chain)),
        *(st.sets(keys(), max_size=4), st.frozensets(keys(), max_size=4)),
        st.builds(deque, lists, st.none() | st.integers(0, 5)),
        st.builds(_default, st.sampled_from(_FACTORIES), dicts),
    )


def _chain(maps: list[dict[Any, Any]]) -> ChainMap[Any, Any]:
    return ChainMap(*maps)


def _default(factory: Callable[[], Any] | None, items: dict[Any, Any]) -> defaultdict[Any, Any]:
    return defaultdict(factory, items)
