"""What a process knows of schemas: which are declared, by what, and the steps from one version to the next."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..errors import SchemaError, SchemaTooNewError, UpcasterMissingError
from .structure import declares_fields

Step = Callable[[Any], Any]
_Class = TypeVar("_Class", bound=type)
_Step = TypeVar("_Step", bound=Step)


class Origin:
    """Where a declaration stands: a file may be imported again, or reloaded, and then declares anew."""

    def __init__(self, file: str = "", *run: object) -> None:
        self.file = file
        self._run = run

    @classmethod
    def of_scope(cls, scope: Mapping[str, Any]) -> Origin:
        """Of the globals of a module. What is typed at a prompt or into a notebook has no file."""
        file = str(scope.get("__file__", "<prompt>")) if scope.get("__name__") != "__main__" else "<main>"
        return cls(file, scope, scope.get("__spec__"))

    @classmethod
    def of_caller(cls) -> Origin:
        return cls.of_scope(sys._getframe(2).f_globals)

    @classmethod
    def of_class(cls, declared: type) -> Origin:
        """Of the module of a class, whoever calls the decorator for it."""
        module = sys.modules.get(declared.__module__)
        return cls.of_scope(sys._getframe(2).f_globals if module is None else vars(module))

    def replaces(self, other: Origin) -> bool:
        """Whether this is another run of the same file, or is typed at a prompt."""
        is_same_run = all(one is two for one, two in zip(self._run, other._run))
        return self.file.startswith("<") or (self.file == other.file and not is_same_run)


@dataclass(frozen=True)
class Declared:
    """One version of a schema. It has a class, or the columns and dtypes of a frame, or neither."""

    name: str
    version: int
    readable_by: int | None = None
    cls: Any = None
    columns: Mapping[str, str] | None = None
    origin: Origin = field(default_factory=Origin, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isprintable() or not 0 < len(self.name) <= 200:
            raise SchemaError(f"The name of a schema is a text of up to 200 characters, not {self.name!r:.80}")
        _check_version(self.name, "version", self.version)
        if self.readable_by is not None:
            _check_version(self.name, "readable_by", self.readable_by)
            if self.readable_by >= self.version:
                raise SchemaError(f"Schema {self.name!r}, version {self.version}: readable_by names an older version")

    def to_json(self) -> dict[str, Any]:
        """What a row says of it."""
        found = {"name": self.name, "version": self.version}
        return {**found, "readable_by": self.readable_by} if self.readable_by is not None else found


class Declarations:
    """Schemas by name and version, by class, and the steps between versions."""

    def __init__(self) -> None:
        self._versions: dict[str, dict[int, Declared]] = {}
        self._by_class: dict[type, Declared] = {}
        self._steps: dict[tuple[str, int], tuple[Step, Origin]] = {}
        self._newest: dict[str, Declared] = {}

    def add(self, declared: Declared) -> None:
        """Raises `SchemaError` for a version that another place declares."""
        self._forget_before(declared.origin)
        versions = self._versions.setdefault(declared.name, {})
        before = versions.get(declared.version)
        if before is not None and not declared.origin.replaces(before.origin):
            raise SchemaError(
                f"Schema {declared.name!r}, version {declared.version}, is declared twice: in {before.origin.file} and "
                f"in {declared.origin.file}. Declare it in one module, and import that."
            )
        versions[declared.version] = declared
        self._newest.pop(declared.name, None)
        if declared.cls is not None:
            self._by_class[declared.cls] = declared

    def add_step(self, name: str, from_version: int, step: Step, origin: Origin) -> None:
        """Raises `SchemaError` for a second step from the same version."""
        _check_version(name, "from_version", from_version)
        self._forget_before(origin)
        before = self._steps.get((name, from_version))
        if before is not None and not origin.replaces(before[1]):
            raise SchemaError(
                f"There are two upcasters of schema {name!r} from version {from_version}: in {before[1].file} and in "
                f"{origin.file}"
            )
        self._steps[name, from_version] = step, origin
        self._newest.pop(name, None)

    def _forget_before(self, origin: Origin) -> None:
        """What an earlier run of the same file declared; it may have declared more, or newer versions."""
        if origin.file.startswith("<"):
            return
        for versions in self._versions.values():
            for version in [v for v, declared in versions.items() if origin.replaces(declared.origin)]:
                self._newest.pop(versions.pop(version).name, None)
        for name, start in [key for key, (_, before) in self._steps.items() if origin.replaces(before)]:
            del self._steps[name, start]
            self._newest.pop(name, None)

    def of_class(self, cls: Any) -> Declared | None:
        """The schema of exactly that class; a pydantic ``Box[int]`` has that of ``Box``."""
        return self._by_class.get(cls) or self._by_class.get(generic_origin(cls))

    def find(self, name: str, version: int | None = None) -> Declared | None:
        """A version of a schema, the newest by default. A name with steps alone is known up to where they lead."""
        if version is not None:
            return self._versions.get(name, {}).get(version)
        if name not in self._newest and (newest := self._find_newest(name)) is not None:
            self._newest[name] = newest
        return self._newest.get(name)

    def _find_newest(self, name: str) -> Declared | None:
        versions = self._versions.get(name, {})
        led_to = [start + 1 for other, start in tuple(self._steps) if other == name]
        newest = max((*versions, *led_to), default=None)
        return None if newest is None else versions.get(newest) or Declared(name, newest)

    def steps(self, name: str, found: int, known: int) -> Iterator[tuple[int, Step]]:
        """The steps from version ``found`` to ``known``. Raises `UpcasterMissingError`, before any is taken."""
        for start in range(found, known):
            if (name, start) not in self._steps:
                raise UpcasterMissingError(name, start, found, known)
        return ((start, self._steps[name, start][0]) for start in range(found, known))

    def check_readable(self, name: str, found: int, known: int, readable_by: int | None) -> None:
        """Raises `SchemaTooNewError` or `UpcasterMissingError` unless a reader of ``known`` can read ``found``."""
        if found > known and (readable_by is None or known < readable_by):
            raise SchemaTooNewError(name, found, known, readable_by)
        self.steps(name, found, known)

    def all(self) -> Sequence[Declared]:
        """Every declared version, by name and version."""
        return [versions[v] for _, versions in sorted(self._versions.items()) for v in sorted(versions)]


DECLARATIONS = Declarations()
"""Of this process."""


def xcom_schema(name: str, *, version: int, readable_by: int | None = None) -> Callable[[_Class], _Class]:
    """Gives a pydantic model, dataclass, attrs class or named tuple a schema; its instances then carry the version.

    ``readable_by``: the oldest version whose readers may read what this one writes; they drop, knowingly, the fields
    they do not know. Raises `SchemaError` for any other class, and for a version declared elsewhere.
    """

    def declare(cls: _Class) -> _Class:
        if not declares_fields(cls):
            raise SchemaError(
                f"{getattr(cls, '__qualname__', cls)} cannot have schema {name!r}: it is no pydantic model, dataclass, "
                "attrs class or named tuple. Put @xcom_schema above @dataclass, or use Versioned(value, ...)."
            )
        DECLARATIONS.add(Declared(name, version, readable_by, cls, origin=Origin.of_class(cls)))
        return cls

    return declare


def frame_schema(
    name: str, *, version: int, columns: Mapping[str, str] | None = None, readable_by: int | None = None
) -> None:
    """Declares a schema for values with no class of their own, which are pushed as `Versioned`.

    ``columns``, name to dtype as ``str`` gives it (``{"id": "int64"}``), is what a DataFrame or Arrow table must have,
    no more and no less; without it any value fits.
    """
    fixed = None if columns is None else {str(label): str(dtype) for label, dtype in columns.items()}
    DECLARATIONS.add(Declared(name, version, readable_by, columns=fixed, origin=Origin.of_caller()))


def upcaster(name: str, *, from_version: int) -> Callable[[_Step], _Step]:
    """Makes a function the step of schema ``name`` from ``from_version`` to the next.

    It gets the fields as a dict, parts of theirs as dicts too, and returns those of the next version; of a `Versioned`
    value it gets and returns the value.
    """

    def add(step: _Step) -> _Step:
        DECLARATIONS.add_step(name, from_version, step, Origin.of_scope(getattr(step, "__globals__", {})))
        return step

    return add


class Versioned:
    """Gives ``value`` a schema on its way through XCom. What is pulled is the value, not this.

    For values with no class of their own, such as DataFrames and dicts.
    """

    __slots__ = ("schema", "value", "version")
    schema: str

    def __init__(self, value: Any, schema: str, version: int) -> None:
        if isinstance(value, Versioned):
            raise SchemaError(f"The value is Versioned already, as {value.schema!r}")
        self.value = value
        self.schema = schema
        self.version = version
        Declared(schema, version)

    def __repr__(self) -> str:
        return f"Versioned({type(self.value).__name__}, schema={self.schema!r}, version={self.version})"


def generic_origin(cls: Any) -> Any:
    """``Box`` of a pydantic model ``Box[int]``; ``None`` of any other class."""
    return (vars(cls).get("__pydantic_generic_metadata__") or {}).get("origin")


def _check_version(name: str, what: str, version: Any) -> None:
    if type(version) is not int or not 0 < version < 2**31:
        raise SchemaError(f"Schema {name!r}: {what} is a whole number from 1 on, not {version!r:.40}")
