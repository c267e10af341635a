"""Small instances of a type, made up to be tried: of each member of a union, each with one item."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
    MutableSequence,
    MutableSet,
    Reversible,
    Sequence,
    Set,
)
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, Literal, get_args, get_origin, get_type_hints

from ...errors import SchemaError
from ...schemas.structure import (
    fields,
    is_enum,
    is_model,
    is_record,
    is_typed_dict,
    is_union,
    unwrapped,
    with_arguments,
)

MOST = 16
"""Instances of one type."""
_DEEPEST = 6


class UnknownError(Exception):
    """No instance can be made up; why."""


class Samples:
    """Instances of ``hint``. ``undeclared``: whether a part of it says nothing of what it is. Raises `UnknownError`."""

    def __init__(self, hint: Any) -> None:
        self.undeclared = False
        self.values = list(islice(self._of(hint, 0), MOST))

    def _of(self, hint: Any, depth: int) -> Iterator[Any]:
        hint = unwrapped(hint)
        kind = get_origin(hint) or hint
        if is_union(hint):
            yield from self._members(get_args(hint), depth)
        elif kind is Literal:
            yield from get_args(hint)
        elif hint is None or hint is type(None):
            yield None
        elif kind in _ABSTRACT:
            yield from self._container(_ABSTRACT[kind], get_args(hint), depth)
        elif kind in _KINDS:
            yield from self._container(kind, get_args(hint), depth)
        elif kind in _SIMPLE:
            yield _SIMPLE[kind]
        elif is_typed_dict(kind):
            yield from self._built(get_type_hints(kind), dict, depth)
        elif is_enum(kind):
            yield from list(kind)[:1]
        elif is_record(kind):
            yield from self._record(kind, hint, depth)
        else:
            yield self._other(kind, get_args(hint))

    def _members(self, members: Sequence[Any], depth: int) -> Iterator[Any]:
        """Those that can be made up; none of ``None``, which is not pushed, unless it is part of something."""
        failure: UnknownError | None = None
        found = False
        for member in members:
            if depth == 0 and member is type(None):
                continue
            try:
                yield from self._inside(member, depth)
                found = True
            except UnknownError as e:
                failure = e
                self.undeclared = True
        if failure and not found:
            raise failure

    def _inside(self, hint: Any, depth: int) -> list[Any]:
        """Of a part of a type: nothing where that says nothing, or leads into itself."""
        if unwrapped(hint) in (Any, object):
            self.undeclared = True
            return []
        return list(islice(self._of(hint, depth + 1), MOST)) if depth < _DEEPEST else []

    def _container(self, kind: Any, arguments: Sequence[Any], depth: int) -> Iterator[Any]:
        self.undeclared |= not arguments and kind is not Counter
        if kind is tuple and arguments and arguments[-1] is not Ellipsis:
            columns = {str(i): argument for i, argument in enumerate(arguments)}
            yield from (tuple(found.values()) for found in self._built(columns, dict, depth))
        elif kind in _MAPPINGS:
            yield from self._mapping(_MAPPINGS[kind], arguments, depth)
        else:
            items = self._inside(arguments[0], depth) if arguments else []
            yield from ([kind([item]) for item in items] or [kind([])])

    def _mapping(self, make: Any, arguments: Sequence[Any], depth: int) -> Iterator[Any]:
        keys = self._inside(arguments[0], depth) if arguments else []
        values = self._inside(arguments[1], depth) if len(arguments) > 1 else [1] if arguments else []
        pairs = [(key, value) for key in keys for value in values[:1]] + [(k, v) for k in keys[:1] for v in values[1:]]
        yield from ([make([pair]) for pair in pairs] or [make([])])

    def _record(self, cls: Any, hint: Any, depth: int) -> Iterator[Any]:
        try:
            declared = fields(cls)
        except SchemaError as e:
            raise UnknownError(str(e)) from e
        taken = {name: field for name, field in declared.items() if field.argument is not None}
        if depth >= _DEEPEST:
            taken = {name: field for name, field in taken.items() if field.required}
        hints = {str(field.argument): with_arguments(field.hint, hint) for field in taken.values()}
        yield from self._built(hints, lambda found: _made(cls, found), depth)

    def _built(self, hints: Mapping[str, Any], make: Callable[[dict[str, Any]], Any], depth: int) -> Iterator[Any]:
        """Of the first sample of each part; then once more for each further sample of a part."""
        found = {name: self._inside(hint, depth) or [None] for name, hint in hints.items()}
        first = {name: values[0] for name, values in found.items()}
        yield make(dict(first))
        for name, values in found.items():
            for value in values[1:]:
                yield make({**first, name: value})

    def _other(self, kind: Any, arguments: Sequence[Any]) -> Any:
        if not isinstance(kind, type):
            raise UnknownError(f"{kind!r} is no class")
        for base in kind.__mro__:
            name = f"{base.__module__.partition('.')[0]}.{base.__qualname__}"
            if name in _OF_LIBRARIES:
                return _OF_LIBRARIES[name](import_module(name.partition(".")[0]), kind, arguments)
        return _blank(kind)


def _made(cls: Any, found: dict[str, Any]) -> Any:
    if is_model(cls):
        aliases = {name: field.alias or name for name, field in cls.model_fields.items()}
        found = {aliases.get(name, name): value for name, value in found.items()}
    try:
        return cls(**found)
    except Exception as e:
        raise UnknownError(f"an instance of {cls.__qualname__} cannot be made up: it refuses the values tried") from e


def _blank(cls: type) -> Any:
    """Without a constructor: enough to learn whether the class is refused for what it is."""
    if getattr(cls, "__new__", None) is not object.__new__ or hasattr(cls, "serialize"):
        raise UnknownError(f"an instance of {cls.__qualname__} cannot be made up")
    try:
        return object.__new__(cls)
    except TypeError as e:
        raise UnknownError(f"an instance of {cls.__qualname__} cannot be made up") from e


def _array(np: Any, cls: type, arguments: Sequence[Any]) -> Any:
    dtype = get_args(arguments[1])[0] if len(arguments) > 1 and get_args(arguments[1]) else np.float64
    try:
        return np.zeros(2, dtype)
    except TypeError:  # A dtype that is abstract, or not declared.
        return np.zeros(2)


def _scalar(np: Any, cls: Any, arguments: Sequence[Any]) -> Any:
    try:
        return np.datetime64("2024-01-02") if cls is np.datetime64 else cls(1)
    except TypeError:
        return np.float64(1.5)


_OF_LIBRARIES: dict[str, Callable[[Any, Any, Sequence[Any]], Any]] = {
    "numpy.ndarray": _array,
    "numpy.generic": _scalar,
    "pandas.DataFrame": lambda pd, cls, _: pd.DataFrame({"number": [1, 2], "text": ["a", "b"]}),
    "pandas.Series": lambda pd, cls, _: pd.Series([1, 2], name="number"),
    "pandas.DatetimeIndex": lambda pd, cls, _: pd.date_range("2024-01-02", periods=2),
    "pandas.Index": lambda pd, cls, _: pd.Index([1, 2]),
    "pandas.Timestamp": lambda pd, cls, _: pd.Timestamp("2024-01-02"),
    "pandas.Timedelta": lambda pd, cls, _: pd.Timedelta(1, "h"),
    "pyarrow.Table": lambda pa, cls, _: pa.table({"number": [1, 2]}),
    "pyarrow.RecordBatch": lambda pa, cls, _: pa.record_batch({"number": [1, 2]}),
    "pyarrow.Array": lambda pa, cls, _: pa.array([1, 2]),
    "polars.DataFrame": lambda pl, cls, _: pl.DataFrame({"number": [1, 2]}),
    "polars.Series": lambda pl, cls, _: pl.Series("number", [1, 2]),
    "polars.LazyFrame": lambda pl, cls, _: pl.LazyFrame({"number": [1, 2]}),
    "pendulum.DateTime": lambda pendulum, cls, _: pendulum.datetime(2024, 1, 2),
    "pendulum.Date": lambda pendulum, cls, _: pendulum.date(2024, 1, 2),
    "pendulum.Duration": lambda pendulum, cls, _: pendulum.duration(hours=1),
    "airflow.ObjectStoragePath": lambda _, cls, __: cls("file:///tmp/xcom"),
}
"""By the module and name of a base."""
_UTC = datetime.timezone.utc
_SIMPLE: dict[Any, Any] = {
    bool: True,
    int: 1,
    float: 1.5,
    complex: 1.5j,
    str: "a",
    bytes: b"a",
    bytearray: bytearray(b"a"),
    range: range(2),
    Decimal: Decimal("1.10"),
    Fraction: Fraction(1, 3),
    uuid.UUID: uuid.UUID(int=1),
    Path: Path("a"),
    PurePath: PurePath("a"),
    datetime.datetime: datetime.datetime(2024, 1, 2, tzinfo=_UTC),
    datetime.date: datetime.date(2024, 1, 2),
    datetime.time: datetime.time(1, 2),
    datetime.timedelta: datetime.timedelta(hours=1),
}


def _generator(items: Iterable[Any]) -> Iterator[Any]:
    yield from items


_ABSTRACT: dict[Any, Any] = {
    **dict.fromkeys((Sequence, MutableSequence, Collection, Iterable, Reversible), list),
    **dict.fromkeys((Set, MutableSet), set),
    **dict.fromkeys((Mapping, MutableMapping), dict),
    **dict.fromkeys((Iterator, Generator, AsyncIterator), _generator),
}
_MAPPINGS: dict[Any, Any] = {
    dict: dict,
    OrderedDict: OrderedDict,
    defaultdict: lambda pairs: defaultdict(None, pairs),
    Counter: lambda pairs: Counter(dict(pairs)),
}
_KINDS = frozenset({list, tuple, set, frozenset, deque, _generator, *_MAPPINGS})
