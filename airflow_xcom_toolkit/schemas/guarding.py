"""Whether a class would make the same value from its own fields; its code is given nothing that it could change."""

from __future__ import annotations

import copy
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any

from ..abc import Fields
from .building import MAPPINGS, SCALARS, SEQUENCES, Builder, is_flat, key_step, like, refilled, told
from .making import Misfit
from .structure import fields, is_record, part_names, runs_code

ALTERED = (
    "{0} makes something else of it when it is made from its own fields, as a reader with a newer version would: it is "
    "not of the declared type, or a validator or converter changes what it has checked already"
)


def check_instance(value: Any) -> None:
    """Raises `Misfit` for an instance that its own class would not make from its fields."""
    cls: Any = type(value)
    again = Builder(part_names(cls)).record(cls, plain(value, part_names(cls), guard=runs_code(cls)))
    place = difference(value, again)
    if place is not None:
        raise Misfit(place, ALTERED.format(cls.__name__))


def check_fields(cls: Any, data: Any, *, drop: bool) -> None:
    """Raises `Misfit` for a dict that ``cls`` would not be made from. ``drop``: unknown fields are no matter."""
    if isinstance(data, cls):
        raise Misfit((), f"an instance of {cls.__name__}, which is the class of the schema: push it by itself")
    Builder({}, drop=drop).record(cls, plain(data, {}, guard=True))


def plain(value: Any, names: Mapping[Any, str], *, guard: bool) -> Any:
    """``value`` with `Fields` for each instance of a class that has a name, and what is told of such an enum.

    Containers are new ones; with ``guard`` leaves are such that changing them does not change the value.
    """
    kind = type(value)
    if kind in SCALARS:
        return value
    if kind in names:
        return told(value) if isinstance(value, Enum) else _fields_of(value, names, guard)
    if kind in SEQUENCES and is_flat(value):
        return copy.copy(value)
    if kind in MAPPINGS:
        return refilled(value, {_key(k, names): plain(part, names, guard=guard) for k, part in value.items()})
    if kind in SEQUENCES:
        return like(value, [plain(part, names, guard=guard) for part in value])
    if kind in (set, frozenset):
        return kind(_key(part, names) for part in value)
    return guarded(value) if guard else value


def _fields_of(value: Any, names: Mapping[Any, str], guard: bool) -> Fields:
    extra = getattr(value, "__pydantic_extra__", None) or {}
    state = {name: plain(part, names, guard=guard) for name, part in _state(value).items()}
    return Fields(state, names[type(value)], extra)


def _key(value: Any, names: Mapping[Any, str]) -> Any:
    if type(value) in (tuple, frozenset):
        return type(value)(_key(part, names) for part in value)
    if type(value) not in names:
        return value
    if isinstance(value, Enum):
        return told(value)
    raise Misfit((), "records are in a set, or the keys of a dict, and fields are neither: make it a list")


def difference(one: Any, other: Any, steps: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """Where two values are not the same in value and type, if anywhere."""
    if one is other:
        return None
    if type(one) is not type(other) or (isinstance(one, dict) and not _have_same_keys(one, other)):
        return steps
    if is_record(type(one)):
        return _first(_state(one), _state(other), steps, ".{}".format)
    if is_flat(one) and one == other and [*map(type, _values(one))] == [*map(type, _values(other))]:
        return None
    if isinstance(one, dict):
        return _first(one, other, steps, key_step)
    if isinstance(one, SEQUENCES):
        return _first(dict(enumerate(one)), dict(enumerate(other)), steps, "[{}]".format)
    return None if equal(one, other) else steps


def _have_same_keys(one: dict[Any, Any], other: dict[Any, Any]) -> bool:
    """In the same order, and of the same types: ``1`` is not ``True``."""
    return [*one] == [*other] and [*map(type, one)] == [*map(type, other)]


def _values(container: Any) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def _first(
    one: dict[Any, Any], other: dict[Any, Any], steps: tuple[str, ...], step: Callable[[Any], str]
) -> tuple[str, ...] | None:
    if one.keys() != other.keys():
        return steps
    found = (difference(one[key], other[key], (*steps, step(key))) for key in one)
    return next((place for place in found if place is not None), None)


def _state(value: Any) -> dict[str, Any]:
    cls: Any = type(value)
    found = {name: getattr(value, name) for name in fields(cls) if hasattr(value, name)}
    return {**found, **(getattr(value, "__pydantic_extra__", None) or {})}


def guarded(leaf: Any) -> Any:
    """An equal value whose change does not change ``leaf``; with no copy of the data where that can be had."""
    library = type(leaf).__module__.partition(".")[0]
    if isinstance(leaf, bytearray):
        return leaf[:]
    if library == "numpy" and type(leaf).__name__ == "ndarray" and not leaf.dtype.hasobject:
        view = leaf.view()
        view.flags.writeable = False
        return view
    if library == "pandas" and hasattr(leaf, "copy"):
        return leaf.copy(deep=not _copies_on_write())
    if library == "polars" and hasattr(leaf, "clone"):
        return leaf.clone()
    return leaf


def equal(one: Any, other: Any) -> bool:
    """Whether two values of the same type are equal; NaN is, to itself. What cannot say is not."""
    try:
        if isinstance(one, (set, frozenset)):
            return one == other and Counter(map(type, one)) == Counter(map(type, other))
        if type(one).__module__ == "numpy" and hasattr(one, "dtype"):
            return _equal_arrays(one, other)
        if hasattr(one, "equals"):
            return bool(one.equals(other))
        return bool(one == other) or bool(one != one and other != other)
    except Exception:
        return False


def _equal_arrays(one: Any, other: Any) -> bool:
    if (one.dtype, one.shape) != (other.dtype, other.shape):
        return False
    return bool(((one == other) | ((one != one) & (other != other))).all())


def _copies_on_write() -> bool:
    pandas: Any = sys.modules["pandas"]
    return int(pandas.__version__.partition(".")[0]) >= 3 or pandas.get_option("mode.copy_on_write") is True
