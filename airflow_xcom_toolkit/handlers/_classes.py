"""Instances of users' own classes: enums, named tuples, dataclasses, attrs classes and pydantic models.

Each entry names its class, which Airflow's allow list has to allow, in ``class``.

======================  =================================================================================
``class.enum@1``        ``name`` of the member; or a child: the value of a combination of flags; within a
                        schema both
``class.namedtuple@1``  ``fields``; children: the items
``class.dataclass@1``   ``fields`` that are set, ``unset`` for the others if any; children: their values
``class.attrs@1``       the same; ``hash`` if the class keeps its hash, which differs in each process
``class.pydantic@1``    the same; ``extra`` and ``private``, where there is such a part: null, or names, with
                        their values as further children; ``fields_set``
======================  =================================================================================

No ``__init__``, ``__post_init__``, validator or converter runs when a value is loaded: what comes back is what was
there. A class whose fields have changed since is an error, unless it is part of a schema: then the gate rebuilds it.
And where the gate gives ``dict`` or `Fields` for a class, what comes back is its fields; of an enum its value.
"""

from __future__ import annotations

import dataclasses
import sys
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import Enum, Flag
from functools import cached_property, lru_cache
from inspect import getattr_static
from itertools import islice
from types import MemberDescriptorType
from typing import Any, ClassVar

from ..abc import Dumped, Fields, HandlerContext, Refusal, Source, TypeHandler
from ..errors import SchemaError
from ._json import TEXT, fit

_IGNORED = {"__orig_class__"}
"""The type arguments of ``Box[int](1)``, which Python notes on the instance."""
_ATTRS_HASH = "_attrs_cached_hash"
_PARTS = {"__pydantic_extra__": "extra", "__pydantic_private__": "private"}
"""A root model lacks them, or one of them."""


def is_importable(name: str) -> bool:
    """Whether the name of a class says where it is; otherwise that of a part of a schema."""
    return ":" in name


class _ClassHandler(TypeHandler):
    """Knows its classes by what they are, not by name; loads only what it would have dumped."""

    has_fields: ClassVar[bool] = True

    @abstractmethod
    def fits(self, cls: type) -> bool: ...

    def accepts(self, value: Any) -> bool:
        return self.fits(type(value))

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        cls: Any = context.classes.load(meta["class"])
        if cls is dict or cls is Fields:
            fields = self.plain(meta, children)
            is_record = cls is Fields and self.has_fields
            return Fields(fields, meta["class"], meta.get("extra") or ()) if is_record else fields
        problem = self.problem(cls, meta) if self.fits(cls) else f"it is no longer a {self.type_id}"
        if problem:
            problem = f"{meta['class']} has changed since this value was pushed: {problem}"
            return context.classes.rebuild(cls, self.plain(meta, children), problem)
        return self.restore(cls, meta, children)

    def inside(self, meta: Mapping[str, Any], context: HandlerContext) -> HandlerContext:
        """What is in a part of a schema can be part of it; what is in another class cannot."""
        return context.outermost if is_importable(meta["class"]) else context

    @abstractmethod
    def plain(self, meta: Mapping[str, Any], children: list[Any]) -> Any:
        """What an instance had, without its class."""

    def problem(self, cls: Any, meta: Mapping[str, Any]) -> str:
        """Why ``cls`` cannot hold what an instance had, if it cannot."""
        return ""

    @abstractmethod
    def restore(self, cls: Any, meta: Mapping[str, Any], children: list[Any]) -> Any:
        """The instance again."""


class EnumHandler(_ClassHandler):
    """Keeps the very member, and combinations of flags."""

    type_id = "class.enum@1"
    has_fields = False

    def fits(self, cls: type) -> bool:
        return issubclass(cls, Enum)

    def dump(self, value: Enum, context: HandlerContext) -> Dumped:
        cls = type(value)
        meta = {"class": context.classes.name(cls)}
        is_member = cls.__members__.get(value._name_) is value
        if not is_member and not isinstance(value, Flag):
            raise Refusal(f"it is not among the members of {cls.__name__}")
        children = () if is_member and not _is_told(value, context) else (value._value_,)
        name = {"name": value._name_} if is_member else {}
        return Dumped({**meta, **name}, children, step=".value{}".format, summary={**meta})

    def plain(self, meta: Mapping[str, Any], children: list[Any]) -> Any:
        return children[0] if children else meta["name"]

    def restore(self, cls: Any, meta: Mapping[str, Any], children: list[Any]) -> Enum:
        try:
            found: Enum = cls.__members__[meta["name"]] if "name" in meta else cls(*children)
        except Exception as e:
            raise SchemaError(f"{meta['class']} no longer has a member of this value") from e
        return found


_TOLD = (str, bytes, bool, int, float)


def _is_told(member: Enum, context: HandlerContext) -> bool:
    """Whether the row says the value of a member beside its name: a reader of another version gets it."""
    return context.outside is not None and type(member._value_) in _TOLD


class NamedTupleHandler(_ClassHandler):
    """Keeps named tuples of both kinds, without calling their ``__new__``."""

    type_id = "class.namedtuple@1"

    def fits(self, cls: type) -> bool:
        return issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple) and hasattr(cls, "_make")

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        cls = type(value)
        name = context.classes.name(cls)
        _refuse_extra(cls, _dict_of(value))
        if len(value) != len(cls._fields):
            raise Refusal(f"it has {len(value)} items for the {len(cls._fields)} fields of {cls.__name__}")
        fields = list(cls._fields)
        meta = {"class": name, "fields": fields}
        inside = self.inside(meta, context)
        return Dumped(meta, tuple(value), step=_field_step(fields), summary={"class": name}, inside=inside)

    def plain(self, meta: Mapping[str, Any], children: list[Any]) -> Any:
        return _zipped(meta["fields"], children)

    def problem(self, cls: Any, meta: Mapping[str, Any]) -> str:
        return _changes(cls._fields, meta["fields"]) if list(cls._fields) != meta["fields"] else ""

    def restore(self, cls: Any, meta: Mapping[str, Any], children: list[Any]) -> Any:
        return tuple.__new__(cls, _zipped(meta["fields"], children).values())


class _FieldsHandler(_ClassHandler):
    """Keeps an object by its declared fields; refuses one that holds anything else."""

    @abstractmethod
    def declared(self, cls: Any) -> Iterable[str]: ...

    def dropped(self, cls: Any) -> Iterable[str]:
        """Names of what every process computes for itself."""
        return ()

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        cls = type(value)
        name = context.classes.name(cls)
        state = _state(value)
        meta, found = self.split(cls, state)
        _refuse_extra(cls, state, self.dropped)
        meta = {"class": name, **meta}
        step, inside = _field_step(list(found)), self.inside(meta, context)
        return Dumped(meta, list(found.values()), step=step, summary={"class": name}, inside=inside)

    def split(self, cls: Any, state: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Takes the declared fields out of ``state``: their names, and their values."""
        names = tuple(self.declared(cls))
        found = {name: state.pop(name) for name in names if name in state}
        meta: dict[str, Any] = {"fields": list(found)}
        if len(found) != len(names):
            meta["unset"] = [name for name in names if name not in found]
        return meta, found

    def plain(self, meta: Mapping[str, Any], children: list[Any]) -> Any:
        return dict(zip(meta["fields"], children))

    def problem(self, cls: Any, meta: Mapping[str, Any]) -> str:
        declared, then = sorted(self.declared(cls)), sorted([*meta["fields"], *meta.get("unset", ())])
        return _changes(declared, then) if declared != then else ""

    def restore(self, cls: Any, meta: Mapping[str, Any], children: list[Any]) -> Any:
        return _restored(cls, self.join(meta, children))

    def join(self, meta: Mapping[str, Any], children: list[Any]) -> dict[str, Any]:
        """What `split` took apart."""
        return _zipped(meta["fields"], children)


class DataclassHandler(_FieldsHandler):
    """Keeps dataclasses, pydantic's too: frozen, with slots, with fields that ``__init__`` does not take."""

    type_id = "class.dataclass@1"

    def fits(self, cls: type) -> bool:
        return dataclasses.is_dataclass(cls)

    def declared(self, cls: Any) -> Iterable[str]:
        return [field.name for field in dataclasses.fields(cls)]


class AttrsHandler(_FieldsHandler):
    """Keeps attrs classes: frozen, with slots, with private names."""

    type_id = "class.attrs@1"

    def fits(self, cls: type) -> bool:
        return isinstance(getattr(cls, "__attrs_attrs__", None), tuple)

    def declared(self, cls: Any) -> Iterable[str]:
        return [field.name for field in cls.__attrs_attrs__]

    def dropped(self, cls: Any) -> Iterable[str]:
        # attrs turns cached properties of a class with slots into slots, and keeps their functions here.
        for base in cls.__mro__:
            defaults = getattr(vars(base).get("__getattr__"), "__defaults__", None) or ()
            yield from (name for default in defaults if isinstance(default, dict) for name in default)

    def split(self, cls: Any, state: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        meta, found = super().split(cls, state)
        if _ATTRS_HASH in state:
            del state[_ATTRS_HASH]
            meta["hash"] = True
        return meta, found

    def join(self, meta: Mapping[str, Any], children: list[Any]) -> dict[str, Any]:
        found = super().join(meta, children)
        return {**found, _ATTRS_HASH: None} if meta.get("hash") else found


class PydanticHandler(_FieldsHandler):
    """Keeps models: which fields were set, extra ones, private attributes."""

    type_id = "class.pydantic@1"

    def fits(self, cls: type) -> bool:
        # A model exists only where pydantic is loaded.
        model = getattr(sys.modules.get("pydantic.main"), "BaseModel", None)
        return model is not None and issubclass(cls, model) and cls is not model

    def declared(self, cls: Any) -> Iterable[str]:
        return tuple(cls.model_fields)

    def split(self, cls: Any, state: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        meta, found = super().split(cls, state)
        meta["fields_set"] = sorted(state.pop("__pydantic_fields_set__", ()))
        for name in _PARTS:
            if name in state:
                part = state.pop(name)
                meta[_PARTS[name]] = part if part is None else list(part)
                found.update(part or {})
        _check_names(meta, found)
        return meta, found

    def plain(self, meta: Mapping[str, Any], children: list[Any]) -> Any:
        return dict(zip([*meta["fields"], *(meta.get("extra") or ())], children))

    def problem(self, cls: Any, meta: Mapping[str, Any]) -> str:
        if (meta.get("extra") is None) == (cls.model_config.get("extra") == "allow") and "extra" in meta:
            return "whether it takes extra fields"
        if (meta.get("private") is None) == bool(cls.__private_attributes__) and "private" in meta:
            return "whether it has private attributes"
        return super().problem(cls, meta)

    def join(self, meta: Mapping[str, Any], children: list[Any]) -> dict[str, Any]:
        rest = iter(children)
        state = _zipped(meta["fields"], [*islice(rest, len(meta["fields"]))])
        state["__pydantic_fields_set__"] = set(meta["fields_set"])
        for name, key in _PARTS.items():
            if key in meta:
                names = meta[key]
                state[name] = names if names is None else _zipped(names, [*islice(rest, len(names))])
        return state


def _check_names(meta: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    if len(found) != sum(len(meta.get(key) or ()) for key in ("fields", *_PARTS.values())):
        raise Refusal("an extra or private attribute has the name of a field")
    if not fit([meta["fields_set"], meta.get("extra")]) & TEXT:
        raise Refusal("the name of an extra attribute is not text")


def _state(value: Any) -> dict[str, Any]:
    """All that ``value`` holds: its ``__dict__`` and its slots."""
    cls: Any = type(value)
    _refuse_native(cls)
    visible, hidden = _slots(cls)
    if _values(value, hidden):
        raise Refusal(f"{cls.__name__} hides slots of its bases that are in use; rename what hides them")
    return {**_dict_of(value), **_values(value, visible.items())}


def _values(value: Any, slots: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, slot in slots:
        with suppress(AttributeError):
            found[name] = slot.__get__(value)
    return found


def _restored(cls: type, state: dict[str, Any]) -> Any:
    """An instance of ``cls`` that holds ``state``; none of the code of ``cls`` runs."""
    value: Any = object.__new__(cls)
    slots, _ = _slots(cls)
    for name, part in state.items():
        if name in slots:
            slots[name].__set__(value, part)
        else:
            object.__getattribute__(value, "__dict__")[name] = part
    return value


def _dict_of(value: Any) -> dict[str, Any]:
    try:
        found: dict[str, Any] = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return found


@lru_cache(maxsize=512)
def _slots(cls: Any) -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    """Slots by name; and those that a subclass hides behind an attribute, whose values are in ``__dict__`` then."""
    every = [
        (name, member)
        for base in cls.__mro__
        for name, member in vars(base).items()
        if isinstance(member, MemberDescriptorType)
    ]
    visible = {name: member for name, member in every if getattr_static(cls, name) is member}
    return visible, [(name, member) for name, member in every if visible.get(name) is not member]


@lru_cache(maxsize=512)
def _refuse_native(cls: Any) -> None:
    """A list, an exception …: state that is neither in ``__dict__`` nor in slots."""
    try:
        object.__new__(cls)
    except TypeError as e:
        raise Refusal(f"{cls.__name__} is built on a type with contents of its own besides the fields") from e


def _refuse_extra(cls: type, state: Mapping[str, Any], dropped: Any = lambda cls: ()) -> None:
    """``state`` is what no field declares. Cached properties are computed again, wherever they are needed."""
    if not state:
        return
    names = {name for name in state if not isinstance(getattr_static(cls, name, None), cached_property)} - _IGNORED
    if names and (extra := sorted(map(str, names.difference(dropped(cls))))):
        raise Refusal(
            f"it holds {', '.join(islice(extra, 3))} besides the fields of {cls.__name__}; declare what it is to keep "
            "as fields, or pass the fields you need"
        )


def _field_step(names: list[str]) -> Any:
    return lambda index: f".{names[index]}"


def _zipped(names: list[str], values: list[Any]) -> dict[str, Any]:
    return dict(zip(names, values, strict=True))


def _changes(now: Iterable[str], then: Iterable[str]) -> str:
    new, gone = sorted(set(now).difference(then)), sorted(set(then).difference(now))
    return f"fields {new} are new, {gone} are gone" if new or gone else "its fields have another order"


HANDLERS: tuple[TypeHandler, ...] = (
    EnumHandler(),
    NamedTupleHandler(),
    PydanticHandler(),
    AttrsHandler(),
    DataclassHandler(),
)
