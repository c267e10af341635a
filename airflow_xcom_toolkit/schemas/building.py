"""From fields to instances, by the annotations of a class."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from ..abc import Fields
from ..errors import KeyStep
from .making import Misfit, make
from .structure import (
    classes_in,
    fields,
    holds_parts,
    is_enum,
    is_model,
    is_record,
    is_typed_dict,
    is_union,
    unwrapped,
    with_arguments,
)

MAPPINGS = (dict, OrderedDict, defaultdict, Counter)
SEQUENCES = (list, tuple, deque)
SCALARS = frozenset({str, bytes, int, float, complex, bool, type(None)})


class Builder:
    """Builds instances from dicts of fields. Unknown fields are a `Misfit`, or are dropped and noted.

    ``names``: the names that classes have in rows, which tell the types of a union apart. ``strict``: a record is not
    built from the fields of another one.
    """

    def __init__(self, names: Mapping[Any, str], *, drop: bool = False, strict: bool = False) -> None:
        self._names = names
        self._classes = {name: cls for cls, name in names.items()}
        self._drop = drop
        self._strict = strict
        self.dropped: list[str] = []

    def record(self, hint: Any, data: Any, steps: tuple[str, ...] = ()) -> Any:
        """An instance of a record class, through its constructor, so that its own checks run. Raises `Misfit`."""
        cls: Any = get_origin(hint) or hint
        if not isinstance(data, dict):
            raise Misfit(steps, f"a {type(data).__name__}, where the fields of {cls.__name__} are needed")
        cls = self._meant(cls, data, steps)
        declared = fields(cls)
        extra = self._extra(cls, data, steps)
        missing = [name for name, field in declared.items() if field.required and name not in data]
        if missing:
            raise Misfit((*steps, f".{missing[0]}"), "it is missing, and has no default")
        hints = {name: with_arguments(field.hint, hint) for name, field in declared.items() if name in data}
        built = {name: self.build(hints[name], data[name], (*steps, f".{name}")) for name in hints}
        return make(cls, {**built, **extra}, steps)

    def build(self, hint: Any, data: Any, steps: tuple[str, ...]) -> Any:
        """``data``, with instances for the dicts that ``hint`` says are records. Raises `Misfit`."""
        if not holds_parts(hint):
            return self._undeclared(hint, data, steps)
        hint = unwrapped(hint)
        kind = get_origin(hint) or hint
        if is_union(hint):
            return self._one_of(get_args(hint), data, steps)
        if kind is Literal:
            return next((m for m in get_args(hint) if isinstance(m, Enum) and told(m) == data), data)
        if is_record(kind):
            return self.record(hint, data, steps) if isinstance(data, dict) else data
        if is_enum(kind):
            return _member(kind, data, steps)
        return self._container(hint, data, steps)

    def _meant(self, cls: Any, data: Any, steps: tuple[str, ...]) -> Any:
        """The class whose fields ``data`` are: ``cls``, or a subclass of it that has the name in the row."""
        named = self._classes.get(data.part) if isinstance(data, Fields) else None
        if named is None or named is cls or not is_record(named):
            return cls
        if issubclass(named, cls):
            return named
        if self._strict:
            raise Misfit(steps, f"a {named.__name__}, not a {cls.__name__}")
        return cls

    def _extra(self, cls: Any, data: Mapping[str, Any], steps: tuple[str, ...]) -> dict[str, Any]:
        unknown = [name for name in data if name not in fields(cls)]
        if not unknown:
            return {}
        if is_model(cls) and cls.model_config.get("extra") == "allow":
            return {name: bare(data[name]) for name in unknown}
        if not self._drop:
            raise Misfit((*steps, key_step(unknown[0])), f"{cls.__name__} has no such field")
        place = "".join("[…]" if step[:1] == "[" else step for step in steps)
        declared = isinstance(data, Fields)
        self.dropped += [
            f"{place}.{name}" if declared and name not in data.extra else f"{place}[…]"  # type: ignore[attr-defined]
            for name in unknown
        ]
        return {}

    def _one_of(self, hints: Sequence[Any], data: Any, steps: tuple[str, ...]) -> Any:
        """By the type of a union that has the name of the class, else by one that fits; each first without dropping."""
        if data is None and type(None) in hints:
            return None
        hints = [hint for hint in hints if _takes(hint, data)]
        problem = None
        for strict, drop in ((True, False), (True, True), (False, False), (False, True)):
            if drop > self._drop or strict < self._strict:
                continue
            try:
                return self._first(hints, data, steps, strict=strict, drop=drop) if hints else bare(data)
            except Misfit as e:
                problem = e
        raise problem or Misfit(steps, "it is of no type of the union")

    def _first(self, hints: Sequence[Any], data: Any, steps: tuple[str, ...], *, strict: bool, drop: bool) -> Any:
        """By the first type that ``data`` fits. A dict of an upcaster's own making may fit one record only."""
        is_unnamed = bool(self._names) and isinstance(data, dict) and not isinstance(data, Fields)
        fitting: list[tuple[Any, Builder]] = []
        problem = None
        for hint in hints:
            builder = Builder(self._names, drop=drop, strict=strict)
            try:
                fitting.append((builder.build(hint, data, steps), builder))
            except Misfit as e:
                problem = problem or e
            if fitting and not is_unnamed:
                break
        kinds = {type(value) for value, _ in fitting if is_record(type(value))}
        if len(kinds) > 1:
            both = " and ".join(sorted(kind.__name__ for kind in kinds))
            raise Misfit(steps, f"its fields fit {both}: have the upcaster keep the part that it gets, and change that")
        if not fitting:
            raise problem or Misfit(steps, "it is of no type of the union")
        value, builder = fitting[0]
        self.dropped += builder.dropped
        return value

    def _container(self, hint: Any, data: Any, steps: tuple[str, ...]) -> Any:
        arguments = get_args(hint)
        if isinstance(data, MAPPINGS):
            of_keys, of_values = (*arguments, Any, Any)[:2]
            return refilled(
                data,
                {
                    self.build(of_keys, k, (*steps, key_step(k))): self.build(of_values, v, (*steps, key_step(k)))
                    for k, v in data.items()
                },
            )
        if isinstance(data, tuple) and get_origin(hint) is tuple and arguments[-1:] != (...,):
            return self._fixed(arguments, data, steps)
        if isinstance(data, SEQUENCES):
            return like(data, [self.build(arguments[0], v, (*steps, f"[{i}]")) for i, v in enumerate(data)])
        if isinstance(data, (set, frozenset)):
            return type(data)(self.build(arguments[0], v, (*steps, "[…]")) for v in data)
        return data

    def _fixed(self, hints: Sequence[Any], data: tuple[Any, ...], steps: tuple[str, ...]) -> tuple[Any, ...]:
        if len(hints) != len(data):
            raise Misfit(steps, f"it has {len(data)} items, and {len(hints)} are declared")
        return tuple(self.build(hint, item, (*steps, f"[{i}]")) for i, (hint, item) in enumerate(zip(hints, data)))

    def _undeclared(self, hint: Any, data: Any, steps: tuple[str, ...]) -> Any:
        """Records where no annotation names one: as instances by their names, as dicts where it wants those."""
        found = bare(data)
        if found is data or any(_is_mapping(kind) for kind in classes_in(hint)):
            return found
        return self._by_name(data, steps)

    def _by_name(self, data: Any, steps: tuple[str, ...]) -> Any:
        if isinstance(data, Fields):
            named = self._classes.get(data.part)
            return self.record(named, data, steps) if is_record(named) else bare(data)
        return _mapped(data, lambda part: self._by_name(part, steps))


def key_step(key: Any) -> KeyStep:
    """The step to the value of a key."""
    return KeyStep(f"[{key!r:.80}]")


def told(member: Any) -> Any:
    """What a row says of a member of an enum to a reader of another version: its value, or else its name."""
    return member._value_ if type(member._value_) in _TOLD or member._name_ is None else member._name_


_TOLD = (str, bytes, bool, int, float)


def bare(value: Any) -> Any:
    """``value`` with ordinary dicts for `Fields`. What has none is not copied."""
    if type(value) is Fields:
        return {name: bare(part) for name, part in value.items()}
    return _mapped(value, bare)


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    """The same container with other parts, if any of them changed."""
    kind = type(value)
    if is_flat(value):
        return value
    if kind in MAPPINGS:
        parts = {key: change(part) for key, part in value.items()}
        return value if all(parts[key] is part for key, part in value.items()) else refilled(value, parts)
    if kind in SEQUENCES:
        items = [change(part) for part in value]
        return value if all(one is two for one, two in zip(items, value)) else like(value, items)
    return value


def is_flat(value: Any) -> bool:
    """Whether there is nothing in a container but plain scalars."""
    if type(value) in MAPPINGS:
        return SCALARS.issuperset(map(type, value.values()))
    return type(value) in SEQUENCES and SCALARS.issuperset(map(type, value))


def refilled(data: Any, built: dict[Any, Any]) -> Any:
    """A mapping of the same kind as ``data``."""
    if isinstance(data, defaultdict):
        return defaultdict(data.default_factory, built)
    return OrderedDict(built) if isinstance(data, OrderedDict) else Counter(built) if type(data) is Counter else built


def like(data: Any, items: list[Any]) -> Any:
    """A sequence of the same kind as ``data``."""
    if isinstance(data, deque):
        return deque(items, data.maxlen)
    return items if type(data) is list else type(data)(items) if type(data) is tuple else data


def _takes(hint: Any, data: Any) -> bool:
    """Whether data of that kind can be what ``hint`` says."""
    hint = unwrapped(hint)
    kind = get_origin(hint) or hint
    if is_record(kind) or is_typed_dict(kind):
        return isinstance(data, (dict, kind) if is_record(kind) else dict)
    try:
        return is_enum(kind) or not isinstance(kind, type) or isinstance(data, kind)
    except TypeError:  # A protocol that cannot be asked.
        return True


def _is_mapping(kind: Any) -> bool:
    return is_typed_dict(kind) or (isinstance(kind, type) and issubclass(kind, Mapping))


def _member(cls: Any, data: Any, steps: tuple[str, ...]) -> Any:
    if isinstance(data, cls):
        return data
    try:
        return cls(data)
    except Exception:
        if isinstance(data, str) and data in cls.__members__:
            return cls.__members__[data]
        raise Misfit(steps, f"{cls.__name__} has no member of this value") from None
