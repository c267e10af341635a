"""Classes as records: which fields they declare, of which types, and which other classes are parts of them."""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from ..errors import SchemaError


@dataclass(frozen=True)
class Field:
    """A declared field. ``argument`` is its name in the constructor, ``None`` where that does not take it."""

    hint: Any
    required: bool
    argument: str | None


def is_model(cls: Any) -> bool:
    """Whether ``cls`` is a pydantic model; pydantic is loaded where there is one."""
    model = getattr(sys.modules.get("pydantic.main"), "BaseModel", None)
    return isinstance(cls, type) and model is not None and issubclass(cls, model)


def is_checked(cls: Any) -> bool:
    """Whether pydantic checks instances as they are made: models, and dataclasses of its own."""
    return is_model(cls) or "__pydantic_validator__" in vars(cls)


def declares_fields(cls: Any) -> bool:
    """Whether ``cls`` itself, and not just a base of it, was made a record."""
    own = {"__dataclass_fields__", "__attrs_attrs__", "_fields"} & vars(cls).keys() if isinstance(cls, type) else ()
    return is_record(cls) and (is_model(cls) or bool(own))


def is_record(cls: Any) -> bool:
    """Whether instances of ``cls`` are made of declared fields."""
    return isinstance(cls, type) and _is_record(cls)


@cache
def _is_record(cls: Any) -> bool:
    return is_model(cls) or dataclasses.is_dataclass(cls) or is_attrs(cls) or is_named_tuple(cls)


def is_attrs(cls: Any) -> bool:
    return isinstance(getattr(cls, "__attrs_attrs__", None), tuple)


def is_named_tuple(cls: Any) -> bool:
    return issubclass(cls, tuple) and isinstance(getattr(cls, "_fields", None), tuple)


def is_typed_dict(cls: Any) -> bool:
    """Whether ``cls`` is a ``TypedDict``, of ``typing`` or of ``typing_extensions``."""
    return isinstance(cls, type) and issubclass(cls, dict) and hasattr(cls, "__required_keys__")


def is_enum(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, Enum)


@cache
def fields(cls: Any) -> Mapping[str, Field]:
    """The fields of a record class by name. Raises `SchemaError` for annotations that name nothing."""
    if is_model(cls):
        _complete(cls)
        return {n: Field(_model_hint(f), f.is_required(), n) for n, f in cls.model_fields.items()}
    hints = _hints(cls)
    if is_attrs(cls):
        return {a.name: _attrs_field(a, hints) for a in cls.__attrs_attrs__}
    if dataclasses.is_dataclass(cls):
        checked = getattr(cls, "__pydantic_fields__", {})
        return {f.name: _dataclass_field(f, hints, checked.get(f.name)) for f in dataclasses.fields(cls)}
    return {n: Field(hints.get(n, Any), n not in cls._field_defaults, n) for n in cls._fields}


@cache
def part_names(cls: Any) -> Mapping[Any, str]:
    """The record classes and enums that the annotations of ``cls`` lead to, itself first, each with a name of its own.

    The qualified name; with the module before it for each of those that share one. Raises `SchemaError` for two that
    share both.
    """
    found: dict[Any, None] = {}
    _visit(cls, found)
    plain = Counter(part.__qualname__ for part in found)
    names = {p: p.__qualname__ if plain[p.__qualname__] == 1 else f"{p.__module__}.{p.__qualname__}" for p in found}
    twice = [name for name, count in Counter(names.values()).items() if count > 1]
    if twice:
        raise SchemaError(f"{cls.__qualname__} has parts of two classes that are both called {twice[0]}: rename one")
    return {part: name.replace(":", ".") for part, name in names.items()}


@cache
def parts(cls: Any) -> Mapping[str, Any]:
    """The same by name."""
    return {name: part for part, name in part_names(cls).items()}


@cache
def runs_code(cls: Any) -> bool:
    """Whether code of users' own may run when an instance of ``cls``, or of a part of it, is made."""
    return any(_runs_code(part) for part in part_names(cls) if is_record(part))


def _runs_code(cls: Any) -> bool:
    if is_checked(cls):
        own = "__init__" in {name for base in cls.__mro__ for name in vars(base) if _is_own(base)} and is_model(cls)
        after = hasattr(cls, "__post_init__") or bool(getattr(cls, "__pydantic_post_init__", None))
        return own or after or _has_function(cls.__pydantic_core_schema__)
    if is_attrs(cls):
        checks = any(a.validator or a.converter for a in cls.__attrs_attrs__)
        own = hasattr(cls, "__attrs_post_init__") or hasattr(cls, "__attrs_pre_init__")
        return checks or own or not _is_generated(cls)
    return dataclasses.is_dataclass(cls) and (hasattr(cls, "__post_init__") or not _is_generated(cls))


def _is_own(cls: Any) -> bool:
    return cls is not object and not cls.__module__.startswith("pydantic.")


def _is_generated(cls: Any) -> bool:
    """Whether nobody wrote the constructor."""
    code = getattr(getattr(cls, "__init__", None), "__code__", None)
    return getattr(code, "co_filename", "").startswith("<")


def _has_function(schema: Any) -> bool:
    """Whether a core schema of pydantic's calls functions."""
    if isinstance(schema, dict):
        return str(schema.get("type")).startswith("function") or any(map(_has_function, schema.values()))
    return isinstance(schema, (list, tuple)) and any(map(_has_function, schema))


def holds_parts(hint: Any) -> bool:
    """Whether values of that type can hold records or enums, as far as the type says."""
    try:
        return _holds_parts(hint)
    except TypeError:  # Metadata of an annotation need not be hashable.
        return any(map(is_part, classes_in(hint)))


@cache
def _holds_parts(hint: Any) -> bool:
    return any(map(is_part, classes_in(hint)))


def is_part(cls: Any) -> bool:
    """Whether instances of ``cls`` go into a row as fields, or as the value of an enum."""
    return is_record(cls) or is_enum(cls)


def classes_in(hint: Any, inside: tuple[Any, ...] = ()) -> Iterator[Any]:
    """The classes that a type is made of: ``list``, ``int`` and ``Line`` of ``list[int | Line]``.

    ``inside`` are the aliases on the way, one of which it may lead to again.
    """
    if type(hint).__name__ == "TypeAliasType":
        if hint in inside:
            return
        inside = (*inside, hint)
    hint = unwrapped(hint)
    origin = get_origin(hint)
    if origin is None or origin is Literal:
        yield from (type(member) for member in get_args(hint)) if origin else (hint,)
        return
    if isinstance(origin, type):
        yield origin
    for argument in get_args(hint):
        yield from classes_in(argument, inside)


def with_arguments(hint: Any, generic: Any) -> Any:
    """The type of a field of ``Box[int]``, where the class says ``T`` or ``list[T]``."""
    given = dict(zip(getattr(get_origin(generic), "__parameters__", ()), get_args(generic)))
    if isinstance(hint, TypeVar):
        return given.get(hint, hint)
    free = getattr(hint, "__parameters__", ()) if given and get_origin(hint) else ()
    return hint[tuple(given.get(parameter, parameter) for parameter in free)] if free else hint


def unwrapped(hint: Any) -> Any:
    """A type without ``Annotated``, alias or ``NewType`` around it; a type variable's bound."""
    while True:
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        elif type(hint).__name__ == "TypeAliasType":
            hint = hint.__value__
        elif isinstance(hint, TypeVar):
            hint = hint.__bound__ or (Union[hint.__constraints__] if hint.__constraints__ else Any)
        else:
            return hint


def is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType)


def _visit(cls: Any, found: dict[Any, None]) -> None:
    found[cls] = None
    if not is_record(cls):
        return
    for name, field in fields(cls).items():
        _check_hashed(cls, name, field.hint)
        for part in classes_in(field.hint):
            if is_part(part) and part not in found:
                _visit(part, found)


def _check_hashed(cls: Any, name: str, hint: Any) -> None:
    if not holds_parts(hint):
        return
    hint = unwrapped(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(origin, type) and issubclass(origin, (Set, Mapping)):
        hashed = arguments[:1]
        if any(is_record(part) for argument in hashed for part in classes_in(argument)):
            raise SchemaError(
                f"{cls.__qualname__}.{name} has records in a set or as keys. Fields that an upcaster gets are a dict, "
                "which can be neither: make it a list, or a dict with the records as values"
            )
    for argument in arguments:
        _check_hashed(cls, name, argument)


def _hints(cls: Any) -> dict[str, Any]:
    try:
        return get_type_hints(cls, include_extras=True)
    except Exception as e:
        raise _unreadable(cls, e) from e


def _complete(cls: Any) -> None:
    """A model that names classes made after it is not complete until its first instance."""
    try:
        cls.model_rebuild()
    except Exception as e:
        raise _unreadable(cls, e) from e


def _unreadable(cls: Any, e: Exception) -> SchemaError:
    return SchemaError(
        f"The annotations of {cls.__module__}.{cls.__qualname__} cannot be read ({type(e).__name__}: {e}). A class "
        "with a schema, and each that is part of it, needs names that exist at run time, in its module"
    )


def _model_hint(field: Any) -> Any:
    return field.annotation


def _attrs_field(attribute: Any, hints: Mapping[str, Any]) -> Field:
    import attrs

    hint = hints.get(attribute.name, attribute.type or Any)
    argument = attribute.alias if attribute.init else None
    return Field(hint, attribute.init and attribute.default is attrs.NOTHING, argument)


def _dataclass_field(field: dataclasses.Field[Any], hints: Mapping[str, Any], checked: Any) -> Field:
    given = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
    if checked is not None:  # A pydantic dataclass.
        given = not checked.is_required()
    return Field(hints.get(field.name, Any), field.init and not given, field.name if field.init else None)
