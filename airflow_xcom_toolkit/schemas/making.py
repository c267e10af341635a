"""Instances by the constructor of their class, with the types of its fields checked; all errors are a `Misfit`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, get_args, get_origin

from ..errors import KeyStep, SchemaError
from .structure import fields, holds_parts, is_checked, is_record, is_typed_dict, is_union


class Misfit(Exception):
    """What does not fit, and where: ``.lines``, ``[0]``, ``.quantity``. The problem quotes nothing of the value."""

    def __init__(self, steps: tuple[str, ...], problem: str) -> None:
        self.steps = steps
        self.problem = problem
        super().__init__(problem)


def make(cls: Any, values: dict[str, Any], steps: tuple[str, ...]) -> Any:
    """An instance of ``cls`` with those fields. Raises `Misfit`, and `SchemaError` for types that cannot be checked."""
    declared = fields(cls)
    given = {name: value for name, value in values.items() if name not in declared or declared[name].argument}
    made = _validated(cls, given, steps) if is_checked(cls) else _constructed(cls, given, steps)
    for name in values.keys() - given.keys():
        object.__setattr__(made, name, values[name])
    return made


def _validated(cls: Any, given: dict[str, Any], steps: tuple[str, ...]) -> Any:
    """By pydantic, which checks models and its own dataclasses as it makes them."""
    adapter = _adapters(cls)[""]
    with _misfits(cls, steps):
        if "root" in given and getattr(cls, "__pydantic_root_model__", False):
            return adapter.validate_python(given["root"])
        known = {_aliases(cls).get(name, name): value for name, value in given.items()}
        return adapter.validate_python(known, by_name=True, by_alias=True)


def _constructed(cls: Any, given: dict[str, Any], steps: tuple[str, ...]) -> Any:
    """By the constructor. Dataclasses and attrs classes do not look at types; pydantic does, for them."""
    declared = fields(cls)
    for name, value in given.items():
        adapter = _adapters(cls)[name]
        with _misfits(None, (*steps, f".{name}")):
            adapter.validate_python(value)
    with _misfits(cls, steps):
        return cls(**{declared[name].argument or name: value for name, value in given.items()})


@cache
def _aliases(cls: Any) -> Mapping[str, str]:
    """What the constructor calls the fields, where that is one other name."""
    found = cls.__pydantic_fields__ if "__pydantic_fields__" in vars(cls) else {}
    aliases = {name: field.validation_alias or field.alias for name, field in found.items()}
    return {name: alias for name, alias in aliases.items() if isinstance(alias, str)}


@cache
def _adapters(cls: Any) -> dict[str, Any]:
    """What checks the type of each field; of a class that pydantic knows: the class, under no name."""
    hints = {"": cls} if is_checked(cls) else {n: _with_instances(field.hint) for n, field in fields(cls).items()}
    return {name: _adapter(cls, name, hint) for name, hint in hints.items()}


def _adapter(cls: Any, name: str, hint: Any) -> Any:
    from pydantic import ConfigDict, TypeAdapter

    config = ConfigDict(arbitrary_types_allowed=True, strict=True, allow_inf_nan=True)
    try:  # A typed dict brings a configuration of its own, as classes of pydantic's do.
        return TypeAdapter(hint, config=None if is_typed_dict(hint) or not name else config)
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
    if not isinstance(kind, type) and not is_union(hint):
        return hint
    changed = tuple(a if a is ... else _with_instances(a) for a in arguments)
    return reduce(or_, changed) if is_union(hint) else kind[changed]


@contextmanager
def _misfits(cls: Any, steps: tuple[str, ...]) -> Iterator[None]:
    """Whatever is raised is a `Misfit`; ``cls`` is the class that checks itself, if one does."""
    try:
        yield
    except RecursionError:
        raise
    except Exception as e:
        raise _misfit(e, cls, steps) from e


def _misfit(e: Exception, cls: Any, steps: tuple[str, ...]) -> Misfit:
    """The first error of pydantic's, or the kind of another one. Messages of users' own checks may quote the value."""
    errors = getattr(e, "errors", None)
    if type(e).__name__ != "ValidationError" or errors is None:
        made = f"{cls.__name__} raised {type(e).__name__} when it was made from its fields, as a reader makes it"
        return Misfit(steps, made if cls is not None else f"its check raised {type(e).__name__}")
    first = errors(include_url=False, include_input=False)[0]
    place = [_step(step, cls) for step in first["loc"] if step != "[key]"]
    kind = first["type"]
    return Misfit((*steps, *place), first["msg"] if _QUOTE_NOTHING.fullmatch(kind) else kind)


def _step(step: Any, cls: Any) -> str:
    """A field of the class; all else may be a key."""
    if is_record(cls):
        names = {**{name: name for name in fields(cls)}, **{alias: name for name, alias in _aliases(cls).items()}}
        if step in names:
            return f".{names[step]}"
    return KeyStep(f"[{step!r:.80}]")


_QUOTE_NOTHING = re.compile(
    r"missing|enum|extra_forbidden|finite_number|literal_error|none_required|multiple_of|int_from_float|too_(long|short)"
    r"|(bool|bytes|callable|dataclass|date|datetime|decimal|dict|float|frozen_set|int|iterable|list|mapping|model|set"
    r"|string|string_sub|time|time_delta|tuple|url|uuid)_type|(bool|decimal|float|int)_parsing|is_(instance|subclass)_of"
    r"|(greater|less)_than(_equal)?|decimal_(max_digits|max_places|whole_digits)|timezone_(aware|naive)"
    r"|string_(pattern_mismatch|too_long|too_short)"
)
"""Errors of pydantic's whose messages say what is wanted, and nothing of what was given but its length."""
