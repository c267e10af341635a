"""From fields to instances, by the annotations of a class; and back."""

from __future__ import annotations

import copy
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, get_args, get_origin

from ..abc import Fields
from ..errors import KeyStep, SchemaError
from .structure import (
    fields,
    holds_parts,
    is_checked,
    is_enum,
    is_model,
    is_record,
    is_union,
    unwrapped,
    with_arguments,
)


class Misfit(Exception):
    """What does not fit, and where: ``.lines``, ``[0]``, ``.quantity``. The problem quotes nothing of the value."""

    def __init__(self, steps: tuple[str, ...], problem: str) -> None:
        self.steps = steps
        self.problem = problem
        super().__init__(problem)


class Builder:
    """Builds instances from dicts of fields. Unknown fields are a `Misfit`, or are dropped and noted.

    ``names``: the names of classes in rows, which tell the types of a union apart.
    """

    def __init__(self, names: Mapping[Any, str], *, drop: bool = False) -> None:
        self._names = names
        self._drop = drop
        self.dropped: list[str] = []

    def record(self, hint: Any, data: Any, steps: tuple[str, ...] = ()) -> Any:
        """An instance of a record class, through its constructor, so that its own checks run. Raises `Misfit`."""
        cls: Any = get_origin(hint) or hint
        if not isinstance(data, dict):
            raise Misfit(steps, f"a {type(data).__name__}, where the fields of {cls.__name__} are needed")
        declared = fields(cls)
        extra = self._extra(cls, data, steps)
        missing = [name for name, field in declared.items() if field.required and name not in data]
        if missing:
            raise Misfit((*steps, f".{missing[0]}"), "it is missing, and has no default")
        hints = {name: with_arguments(field.hint, hint) for name, field in declared.items() if name in data}
        built = {name: self.build(hints[name], data[name], (*steps, f".{name}")) for name in hints}
        return _construct(cls, {**built, **extra}, steps)

    def build(self, hint: Any, data: Any, steps: tuple[str, ...]) -> Any:
        """``data``, with instances for the dicts that ``hint`` says are records. Raises `Misfit`."""
        if not holds_parts(hint):
            return bare(data)
        hint = unwrapped(hint)
        kind = get_origin(hint) or hint
        if is_union(hint):
            return self._one_of(get_args(hint), data, steps)
        if is_record(kind):
            return self.record(hint, data, steps) if isinstance(data, dict) else data
        if is_enum(kind):
            return _member(kind, data, steps)
        return self._container(hint, data, steps)

    def _extra(self, cls: Any, data: Mapping[str, Any], steps: tuple[str, ...]) -> dict[str, Any]:
        unknown = [name for name in data if name not in fields(cls)]
        if not unknown:
            return {}
        if is_model(cls) and cls.model_config.get("extra") == "allow":
            return {name: bare(data[name]) for name in unknown}
        if not self._drop:
            raise Misfit((*steps, key_step(unknown[0])), f"{cls.__name__} has no such field")
        self.dropped += ["".join("[…]" if isinstance(s, KeyStep) else s for s in steps) + f".{n}" for n in unknown]
        return {}

    def _one_of(self, hints: Sequence[Any], data: Any, steps: tuple[str, ...]) -> Any:
        """By the type of a union that has the name of the class; otherwise by the first that ``data`` fits."""
        if isinstance(data, Fields):
            hints = [hint for hint in hints if self._names.get(get_origin(hint) or hint) == data.part] or hints
        problem = None
        for hint in hints:
            before = len(self.dropped)
            if not _takes(hint, data):
                continue
            try:
                return self.build(hint, data, steps)
            except Misfit as e:
                del self.dropped[before:]
                problem = problem or e
        if problem is not None:
            raise problem
        return bare(data)

    def _container(self, hint: Any, data: Any, steps: tuple[str, ...]) -> Any:
        arguments = get_args(hint)
        if isinstance(data, Mapping) and len(arguments) == 2:
            return _refilled(data, {k: self.build(arguments[1], v, (*steps, key_step(k))) for k, v in data.items()})
        if isinstance(data, tuple) and get_origin(hint) is tuple and arguments[-1:] != (...,):
            return tuple(self.build(h, v, (*steps, f"[{i}]")) for i, (h, v) in enumerate(zip(arguments, data)))
        if isinstance(data, (list, tuple, deque)):
            return _like(data, [self.build(arguments[0], v, (*steps, f"[{i}]")) for i, v in enumerate(data)])
        if isinstance(data, (set, frozenset)):
            return type(data)(self.build(arguments[0], v, (*steps, "[…]")) for v in data)
        return data


def key_step(key: Any) -> KeyStep:
    """The step to the value of a key."""
    return KeyStep(f"[{key!r:.80}]")


def plain(value: Any, names: Mapping[Any, str]) -> Any:
    """``value`` with `Fields` for each instance of a class that has a name, and the value of such an enum."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind in names:
        if isinstance(value, Enum):
            return value.value
        return Fields({name: plain(part, names) for name, part in _state(value).items()}, names[kind])
    if kind in (dict, OrderedDict, defaultdict):
        return _refilled(value, {key: plain(part, names) for key, part in value.items()})
    if kind in (list, tuple, deque):
        return _like(value, [plain(part, names) for part in value])
    return value


def bare(value: Any) -> Any:
    """``value`` with ordinary dicts for `Fields`. What has none is not copied."""
    if type(value) is Fields:
        return {name: bare(part) for name, part in value.items()}
    if type(value) in (dict, OrderedDict, defaultdict):
        parts = {key: bare(part) for key, part in value.items()}
        return value if all(parts[key] is part for key, part in value.items()) else _refilled(value, parts)
    if type(value) in (list, tuple, deque):
        items = [bare(part) for part in value]
        return value if all(one is two for one, two in zip(items, value)) else _like(value, items)
    return value


def difference(one: Any, other: Any, steps: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """Where two values are not the same in value and type, if anywhere."""
    if one is other:
        return None
    if type(one) is not type(other):
        return steps
    if is_record(type(one)):
        return _first(_state(one), _state(other), steps, ".{}".format)
    if isinstance(one, dict):
        return _first(one, other, steps, key_step)
    if isinstance(one, (list, tuple, deque)):
        return _first(dict(enumerate(one)), dict(enumerate(other)), steps, "[{}]".format)
    return None if _equal(one, other) else steps


_SCALARS = frozenset({str, bytes, int, float, complex, bool, type(None)})


def _first(
    one: dict[Any, Any], other: dict[Any, Any], steps: tuple[str, ...], step: Callable[[Any], str]
) -> tuple[str, ...] | None:
    if one.keys() != other.keys():
        return steps
    found = (difference(one[key], other[key], (*steps, step(key))) for key in one)
    return next((place for place in found if place is not None), None)


def _equal(one: Any, other: Any) -> bool:
    """What cannot say in one word whether it is equal, such as an array, is taken to be."""
    try:
        return bool(one == other) or bool(one != one and other != other)
    except Exception:
        return True


def _state(value: Any) -> dict[str, Any]:
    cls: Any = type(value)
    found = {name: getattr(value, name) for name in fields(cls) if hasattr(value, name)}
    return {**found, **(getattr(value, "__pydantic_extra__", None) or {})}


def _takes(hint: Any, data: Any) -> bool:
    """Whether data of that kind can be what ``hint`` says."""
    hint = unwrapped(hint)
    kind = get_origin(hint) or hint
    if is_record(kind) and isinstance(data, dict):
        return True
    if is_enum(kind) or kind is Any:
        return True
    return isinstance(kind, type) and isinstance(data, kind)


def _member(cls: Any, data: Any, steps: tuple[str, ...]) -> Any:
    try:
        return data if isinstance(data, cls) else cls(data)
    except ValueError:
        raise Misfit(steps, f"{cls.__name__} has no member of this value") from None


def _refilled(data: Any, built: dict[Any, Any]) -> Any:
    """A mapping of the same kind as ``data``, which keeps what else it has, such as a default factory."""
    if type(data) is dict:
        return built
    found = copy.copy(data)
    for key, value in built.items():
        found[key] = value
    return found


def _like(data: Any, items: list[Any]) -> Any:
    if isinstance(data, deque):
        return deque(items, data.maxlen)
    return items if type(data) is list else type(data)(items) if type(data) is tuple else data


def _construct(cls: Any, built: dict[str, Any], steps: tuple[str, ...]) -> Any:
    declared = fields(cls)
    given = {name: value for name, value in built.items() if name not in declared or declared[name].argument}
    try:
        made = _validated(cls, given) if is_checked(cls) else _made(cls, given, steps)
        for name in built.keys() - given.keys():
            object.__setattr__(made, name, built[name])
        return made
    except (Misfit, SchemaError, RecursionError):
        raise
    except Exception as e:
        raise _misfit(e, cls, steps) from e


def _validated(cls: Any, given: dict[str, Any]) -> Any:
    """By pydantic, which checks models and its own dataclasses as it makes them."""
    if "root" in given and getattr(cls, "__pydantic_root_model__", False):
        return cls.model_validate(given["root"])
    if is_model(cls):
        return cls.model_validate(given, by_name=True, by_alias=False)
    return _adapters(cls)[""].validate_python(given, by_name=True, by_alias=False)


def _made(cls: Any, given: dict[str, Any], steps: tuple[str, ...]) -> Any:
    """By the constructor. Dataclasses and attrs classes do not look at types; pydantic does, for them."""
    declared = fields(cls)
    for name, value in given.items():
        adapter = _adapters(cls)[name]
        try:
            adapter.validate_python(value)
        except Exception as e:
            raise _misfit(e, cls, (*steps, f".{name}")) from e
    return cls(**{declared[name].argument or name: value for name, value in given.items()})


@cache
def _adapters(cls: Any) -> dict[str, Any]:
    """What checks the type of each field; of a class that pydantic knows: the class, under no name."""
    hints = {"": cls} if is_checked(cls) else {n: _with_instances(field.hint) for n, field in fields(cls).items()}
    return {name: _adapter(cls, name, hint) for name, hint in hints.items()}


def _adapter(cls: Any, name: str, hint: Any) -> Any:
    from pydantic import ConfigDict, TypeAdapter
    from typing_extensions import is_typeddict

    config = ConfigDict(arbitrary_types_allowed=True, strict=True)
    try:  # A typed dict brings a configuration of its own, as classes of pydantic's do.
        return TypeAdapter(hint, config=None if is_typeddict(hint) or not name else config)
    except Exception as e:
        reason = str(e).splitlines()[0]
        raise SchemaError(
            f"The annotation of {cls.__qualname__}.{name} is none that pydantic can check: {reason}"
        ) from e


def _with_instances(hint: Any) -> Any:
    """The type, with "an instance of" for each record class in it: those are built and checked already."""
    from pydantic import GetPydanticSchema
    from pydantic_core.core_schema import is_instance_schema

    kind = get_origin(hint) or hint
    if is_record(kind):
        return Annotated[Any, GetPydanticSchema(lambda source, handler: is_instance_schema(kind))]
    arguments = get_args(hint)
    if not arguments or not holds_parts(hint):
        return hint
    if get_origin(hint) is Annotated:
        annotated = (_with_instances(arguments[0]), *arguments[1:])
        return Annotated[annotated]
    changed = tuple(a if a is ... else _with_instances(a) for a in arguments)
    return reduce(or_, changed) if is_union(hint) else get_origin(hint)[changed]


def _misfit(e: Exception, what: Any, steps: tuple[str, ...]) -> Misfit:
    """The first error of pydantic's, or the kind of another one. Messages of users' own checks may quote the value."""
    errors = getattr(e, "errors", None)
    if type(e).__name__ != "ValidationError" or errors is None:
        return Misfit(steps, f"{getattr(what, '__name__', what)} raised {type(e).__name__}")
    first = errors(include_url=False, include_input=False)[0]
    place = tuple(_pydantic_step(step, what) for step in first["loc"])
    return Misfit((*steps, *place), first["type"] if first["type"] in _QUOTING else first["msg"])


def _pydantic_step(step: Any, what: Any) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if is_record(what) and step in fields(what) else key_step(step)


_QUOTING = {"value_error", "assertion_error", "union_tag_invalid", "union_tag_not_found", "json_invalid"}
