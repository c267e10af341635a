"""Containers that JSON loses; their items are children.

=====================  ==========================================================================
``py.tuple@1``         children: the items; also ``py.set@1``, ``py.frozenset@1`` (in any order)
``py.deque@1``         ``maxlen`` where there is one; children: the items
``py.range@1``         children: start, stop, step; also ``py.slice@1``
``py.dict@1``          children: key, value, key, value …, in order; for dicts that JSON loses
``py.ordereddict@1``   the same; also ``py.counter@1``
``py.defaultdict@1``   the same; ``factory``: null, a name of `_FACTORIES`, or ``{"class": name}``
``py.chainmap@1``      children: the maps
=====================  ==========================================================================
"""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from reprlib import Repr
from typing import Any

from ..abc import Dumped, HandlerContext, Json, Refusal, Source, TypeHandler

_FACTORIES: Mapping[str, type] = {
    cls.__name__: cls
    for cls in (
        *(bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset),
        *(OrderedDict, Counter, deque, defaultdict, ChainMap),
    )
}

_short = Repr()
_short.maxstring = _short.maxother = 80


def _refuse_attributes(value: Any, *known: str) -> None:
    # Python notes the type arguments of Counter[str]() on the instance.
    if not {"__orig_class__", *known}.issuperset(vars(value)):
        raise Refusal(f"attributes were set on this {type(value).__name__}; pass them as items of a dict")


def _distinct(value: Any, size: int) -> Any:
    """``value``, if none of its ``size`` items fell together."""
    if len(value) != size:
        raise ValueError(f"{size} distinct items were pushed, and only {len(value)} of them are distinct here")
    return value


class _ItemsHandler(TypeHandler):
    """Keeps what is made of nothing but its items."""

    is_container = True
    make: type[Any]

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return Dumped(children=tuple(value), summary={"length": len(value)})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        return _distinct(self.make(children), len(children))


class TupleHandler(_ItemsHandler):
    """Keeps exact tuples."""

    type_id = "py.tuple@1"
    types = (tuple,)
    make = tuple


class _SetItemsHandler(_ItemsHandler):
    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return dataclasses.replace(super().dump(value, context), step="{{item {}}}".format)


class SetHandler(_SetItemsHandler):
    """Keeps sets, whose order means nothing."""

    type_id = "py.set@1"
    types = (set,)
    make = set


class FrozenSetHandler(_SetItemsHandler):
    """Keeps frozen sets."""

    type_id = "py.frozenset@1"
    types = (frozenset,)
    make = frozenset


class DequeHandler(TypeHandler):
    """Keeps items and ``maxlen``."""

    type_id = "py.deque@1"
    is_container = True
    types = (deque,)

    def dump(self, value: deque[Any], context: HandlerContext) -> Dumped:
        meta = {} if value.maxlen is None else {"maxlen": value.maxlen}
        return Dumped(meta, children=tuple(value), summary={"length": len(value)})

    def load(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext
    ) -> deque[Any]:
        found: deque[Any] = _distinct(deque(children, meta.get("maxlen")), len(children))
        return found


class _SpanHandler(TypeHandler):
    """Keeps start, stop and step."""

    make: type[Any]

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return Dumped(children=(value.start, value.stop, value.step), step=(".start", ".stop", ".step").__getitem__)

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        start, stop, step = children
        return self.make(start, stop, step)


class RangeHandler(_SpanHandler):
    """Keeps ranges, of large integers too; two ranges with equal items but other bounds stay apart."""

    type_id = "py.range@1"
    types = (range,)
    make = range


class SliceHandler(_SpanHandler):
    """Keeps slices, whose parts may be anything."""

    type_id = "py.slice@1"
    types = (slice,)
    make = slice


class _MappingHandler(TypeHandler):
    """Keeps keys of every type that has a handler, and their order."""

    is_container = True

    @abstractmethod
    def build(self, pairs: dict[Any, Any], meta: Mapping[str, Any], context: HandlerContext) -> Any: ...

    def meta(self, value: Any, context: HandlerContext) -> dict[str, Any]:
        _refuse_attributes(value)
        return {}

    def dump(self, value: dict[Any, Any], context: HandlerContext) -> Dumped:
        children = list(chain.from_iterable(value.items()))
        meta = self.meta(value, context)
        return Dumped(meta, children=children, step=_pair_step(children), summary={"length": len(value)})

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        pairs = dict(zip(children[::2], children[1::2], strict=True))
        return self.build(_distinct(pairs, len(children) // 2), meta, context)


def _pair_step(pairs: Sequence[Any]) -> Callable[[int], str]:
    def step(index: int) -> str:
        return f"[{_short.repr(pairs[index - 1])}]" if index % 2 else f".keys()[{index // 2}]"

    return step


class DictHandler(_MappingHandler):
    """Keeps dicts that JSON does not: with keys that are not strings, or with the key of a descriptor."""

    type_id = "py.dict@1"
    types = (dict,)

    def meta(self, value: Any, context: HandlerContext) -> dict[str, Any]:
        return {}

    def build(self, pairs: dict[Any, Any], meta: Mapping[str, Any], context: HandlerContext) -> dict[Any, Any]:
        return pairs


class OrderedDictHandler(_MappingHandler):
    """Keeps the order, which an ``OrderedDict`` compares."""

    type_id = "py.ordereddict@1"
    types = (OrderedDict,)

    def build(self, pairs: dict[Any, Any], meta: Mapping[str, Any], context: HandlerContext) -> OrderedDict[Any, Any]:
        return OrderedDict(pairs)


class CounterHandler(_MappingHandler):
    """Keeps counts as they are: zero, negative, of any type."""

    type_id = "py.counter@1"
    types = (Counter,)

    def build(self, pairs: dict[Any, Any], meta: Mapping[str, Any], context: HandlerContext) -> Counter[Any]:
        return Counter(pairs)


class DefaultDictHandler(_MappingHandler):
    """Keeps the factory as well: none, a plain container or number type, or a class on the allow list."""

    type_id = "py.defaultdict@1"
    types = (defaultdict,)

    def meta(self, value: defaultdict[Any, Any], context: HandlerContext) -> dict[str, Any]:
        return {"factory": _factory_name(value.default_factory, context)}

    def build(self, pairs: dict[Any, Any], meta: Mapping[str, Any], context: HandlerContext) -> defaultdict[Any, Any]:
        return defaultdict(_factory(meta["factory"], context), pairs)


def _factory_name(factory: Any, context: HandlerContext) -> Json:
    if factory is None:
        return None
    if not isinstance(factory, type):
        raise Refusal("its default_factory is not a class, so no row can name it; pass dict(value)")
    if _FACTORIES.get(factory.__name__) is factory:
        return factory.__name__
    return {"class": context.outermost.classes.name(factory)}


def _factory(name: Any, context: HandlerContext) -> type | None:
    if name is None:
        return None
    return context.outermost.classes.load(name["class"]) if isinstance(name, dict) else _FACTORIES[name]


class ChainMapHandler(TypeHandler):
    """Keeps each of the maps, and their order."""

    type_id = "py.chainmap@1"
    types = (ChainMap,)

    def dump(self, value: ChainMap[Any, Any], context: HandlerContext) -> Dumped:
        _refuse_attributes(value, "maps")
        return Dumped(children=list(value.maps), step=".maps[{}]".format, summary={"length": len(value.maps)})

    def load(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext
    ) -> ChainMap[Any, Any]:
        value: ChainMap[Any, Any] = ChainMap()
        value.maps = children
        return value


CONTAINERS: tuple[TypeHandler, ...] = (
    TupleHandler(),
    DictHandler(),
    SetHandler(),
    FrozenSetHandler(),
    DequeHandler(),
    RangeHandler(),
    SliceHandler(),
    OrderedDictHandler(),
    CounterHandler(),
    DefaultDictHandler(),
    ChainMapHandler(),
)
