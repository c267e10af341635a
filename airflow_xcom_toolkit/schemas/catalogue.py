"""The schemas a backend knows: those of this process, after the modules that declare them are imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from ..errors import ConfigurationError, EnvelopeError, SchemaError, UnknownSchemaError
from .declarations import DECLARATIONS, Declarations, Declared, Step, Versioned

GROUP = "airflow_xcom_toolkit.schemas"


class Catalogue:
    """``modules``, and those of the entry points, are imported when a schema is first looked up by name.

    ``unknown_as_plain``: rows with a schema that nobody declares here give plain data; otherwise they are an error.
    """

    def __init__(
        self,
        modules: Sequence[str] = (),
        *,
        unknown_as_plain: bool = False,
        declarations: Declarations = DECLARATIONS,
        further: Sequence[Declared] = (),
    ) -> None:
        self._modules = modules
        self._unknown_as_plain = unknown_as_plain
        self._known = declarations
        self._further = further
        self._is_imported = False

    def of_class(self, cls: Any) -> Declared | None:
        """The schema of a class, or of the class that it is a parametrisation of."""
        return self._known.of_class(cls)

    def declares(self, cls: Any) -> bool:
        """Whether exactly that class has a schema."""
        found = self._known.of_class(cls)
        return found is not None and found.cls is cls

    def find(self, name: str, version: int | None = None) -> Declared | None:
        """A version of a schema, the newest by default; ``None`` where nobody declares it."""
        self._import()
        found = self._known.find(name, version)
        if found is not None or self._known.find(name) is not None:
            return found
        further = [d for d in self._further if d.name == name and version in (None, d.version)]
        return max(further, key=lambda declared: declared.version, default=None)

    def reader(self, meta: Mapping[str, Any]) -> Declared | None:
        """What a reader makes of a stamp: its newest version, or ``None`` for plain data.

        Raises `UnknownSchemaError`, `SchemaTooNewError` and `UpcasterMissingError`.
        """
        name, version, readable_by = meta.get("schema"), meta.get("version"), meta.get("readable_by")
        if not isinstance(name, str) or type(version) is not int or type(readable_by) not in (int, type(None)):
            raise EnvelopeError("A value is said to have a schema, and has no name or version of one")
        found = self.find(name)
        if found is None and not self._unknown_as_plain:
            raise UnknownSchemaError(name, version)
        if found is not None:
            self._known.check_readable(name, version, found.version, readable_by)
        return found

    def to_write(self, value: Versioned) -> Declared:
        """What a `Versioned` value is written as. Raises `SchemaError` for a version that its schema does not have."""
        found = self.find(value.schema, value.version)
        newest = self.find(value.schema)
        if found is None and newest is not None and newest.version != value.version:
            raise SchemaError(
                f"Schema {value.schema!r} has no version {value.version} here; its newest is {newest.version}"
            )
        return found or newest or Declared(value.schema, value.version)

    def steps(self, name: str, found: int, known: int) -> Iterator[tuple[int, Step]]:
        """The steps from one version to another."""
        return self._known.steps(name, found, known)

    def all(self) -> Sequence[Declared]:
        """Every schema that is declared here."""
        self._import()
        return self._known.all()

    def _import(self) -> None:
        """Under no lock but those of the import system: a module may look up a schema while it is imported."""
        if not self._is_imported:
            for name in self._modules:
                _import(name, "xcom_toolkit.schema_modules")
            for entry in entry_points(group=GROUP):
                _import(entry.value, f"entry_points.{GROUP}")
            self._is_imported = True


def _import(module: str, option: str) -> None:
    try:
        import_module(module)
    except SchemaError:
        raise
    except Exception as e:
        raise ConfigurationError(option, f"{module!r} could not be imported: {type(e).__name__}: {e}") from e
