"""Backends that give back another value than the one that was pushed."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from .parts import ChangesParts, ChangesPushed
from .registry import fault


@fault("gives tuples back as lists", "test_a_value_comes_back_as_it_was_pushed", only="[a tuple]")
class TuplesBecomeLists(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return list(value) if type(value) is tuple else value


@fault(
    "keeps tuples at the top only, and makes lists of those inside of others",
    "test_a_value_comes_back_nested_in_others",
    only="[an int]",
)
class InnerTuplesBecomeLists(ChangesPushed):
    @staticmethod
    def changed(value: Any) -> Any:
        return {key: _with_lists(part) for key, part in value.items()} if type(value) is dict else value


def _with_lists(value: Any) -> Any:
    return list(map(_with_lists, value)) if type(value) in (list, tuple) else value


@fault(
    "makes text of keys that are integers",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[a dict with int keys]",
)
class KeysBecomeText(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return {str(k) if type(k) is int else k: v for k, v in value.items()} if type(value) is dict else value


@fault("makes None of NaN", "test_a_value_comes_back_as_it_was_pushed", only="[NaN and infinities]")
class NanBecomesNone(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return None if type(value) is float and math.isnan(value) else value


@fault("drops the sign of zero", "test_a_value_comes_back_as_it_was_pushed", only="[negative zero]")
class DropsSignOfZero(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return abs(value) if type(value) is float and value == 0 else value


@fault(
    "drops the NUL characters that PostgreSQL refuses",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[NUL in a text]",
)
class DropsNul(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value.replace("\x00", "") if type(value) is str else value


@fault("replaces lone surrogates", "test_a_value_comes_back_as_it_was_pushed", only="[a lone surrogate]")
class ReplacesSurrogates(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value.encode(errors="replace").decode() if type(value) is str else value


@fault("makes text of bytes", "test_a_value_comes_back_as_it_was_pushed", only="[bytes]")
class BytesBecomeText(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value.decode("latin-1") if type(value) is bytes else value


@fault("makes floats of decimals", "test_a_value_comes_back_as_it_was_pushed", only="[a Decimal]")
class DecimalsBecomeFloats(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return float(value) if type(value) is Decimal and not value.is_snan() else value


@fault(
    "forgets the trailing zeros of decimals",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[odd Decimals]",
)
class NormalizesDecimals(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value.normalize() if type(value) is Decimal and value.is_finite() else value


@fault("sorts an OrderedDict", "test_a_value_comes_back_as_it_was_pushed", only="[an OrderedDict out of order]")
class SortsOrderedDicts(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return OrderedDict(sorted(value.items(), key=repr)) if type(value) is OrderedDict else value


@fault("makes lists of sets", "test_a_value_comes_back_as_it_was_pushed", only="[a set]")
class SetsBecomeLists(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return list(value) if type(value) in (set, frozenset) else value


@fault(
    "takes times without a zone for UTC",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[a naive datetime]",
)
class NaiveBecomesUtc(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value.replace(tzinfo=timezone.utc) if type(value) is datetime and value.tzinfo is None else value


@fault(
    "keeps the offset of a time, and forgets its zone",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[a datetime of a named zone]",
)
class ZonesBecomeOffsets(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        if type(value) is datetime and value.tzinfo is not None:
            return value.replace(tzinfo=timezone(value.utcoffset() or timedelta()))
        return value


@fault(
    "loses the fold of a time",
    "test_a_value_comes_back_as_it_was_pushed",
    only="[the second of two same times]",
)
class LosesFold(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value.replace(fold=0) if type(value) is datetime else value


@fault("makes integers of booleans", "test_a_value_comes_back_nested_in_others", only="[true and false]")
class BooleansBecomeIntegers(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return int(value) if type(value) is bool else value


@fault("gives tuples and sets back as lists, wherever they are", "test_any_value_comes_back", only="[in the row]")
class KeepsListsOnly(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return list(value) if type(value) in (tuple, set, frozenset) else value


@fault("makes sets of frozen sets, wherever they are", "test_any_value_comes_back", only="[in the row]")
class ThawsSets(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return set(value) if type(value) is frozenset else value


@fault("makes bytes of byte arrays, wherever they are", "test_any_value_comes_back", only="[in the row]")
class ByteArraysBecomeBytes(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return bytes(value) if type(value) is bytearray else value


@fault("makes lists of deques, wherever they are", "test_any_value_comes_back", only="[in the row]")
class DequesBecomeLists(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return list(value) if type(value) is deque else value


@fault("takes tuples of one item for that item, wherever they are", "test_any_value_comes_back", only="[in the row]")
class UnwrapsTuples(ChangesParts):
    @staticmethod
    def changed(value: Any) -> Any:
        return value[0] if type(value) is tuple and len(value) == 1 else value
