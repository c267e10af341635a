"""The lock file: the structure of each version that was ever deployed, committed beside the code.

::

    {"format": 1,
     "schemas": {"acme.orders": [{"version": 1, "schema": {...}},
                                 {"version": 2, "readable_by": 1, "schema": {...}}]}}

``schema`` is what `json_schema` gives. All is sorted, so that a change of the code is a change of its lines alone.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SchemaError, SchemaLockError
from .catalogue import Catalogue
from .compatibility import differences
from .declarations import Declared
from .json_schema import json_schema
from .limits import JsonSchema

LOCK_FILE = "xcom-schemas.lock.json"
FORMAT = 1


@dataclass(frozen=True)
class Locked:
    """A version of a schema, as the file has it."""

    name: str
    version: int
    readable_by: int | None
    schema: JsonSchema

    def to_json(self) -> dict[str, Any]:
        found = {"version": self.version, "schema": self.schema}
        return found if self.readable_by is None else {**found, "readable_by": self.readable_by}

    def has_changed(self, now: Locked) -> bool:
        """Whether the file would have another text: there ``1`` is not ``True``, although they are equal."""
        return _canonical(self.to_json()) != _canonical(now.to_json())


Versions = dict[str, dict[int, Locked]]


def lock(
    path: str | os.PathLike[str] = LOCK_FILE,
    catalogue: Catalogue | None = None,
    *,
    replace: bool = False,
    dry_run: bool = False,
) -> Sequence[Locked]:
    """Adds the declared versions to the file, made if need be, and returns those that are new or not as they were.

    What is there is kept for ever. Raises `SchemaLockError`, and writes nothing, where the structure of a version has
    changed since it was locked, unless ``replace``; and for a file that cannot be read, or could not be once written.
    ``dry_run``: all of that, but nothing is written.
    """
    versions = read(path) if os.path.exists(path) else {}
    added = _outdated(versions, catalogue)
    if not replace:
        _check_unchanged(path, versions, added)
    for one in added:
        versions.setdefault(one.name, {})[one.version] = one
    text = _written(os.fspath(path), versions)
    if not dry_run:
        _write(Path(path), text)
    return added


def unlocked(path: str | os.PathLike[str] = LOCK_FILE, catalogue: Catalogue | None = None) -> Sequence[Locked]:
    """What `lock` would add or change: nothing once the file is up to date. Raises `SchemaLockError`."""
    return _outdated(read(path), catalogue)


def as_declared(declared: Declared, catalogue: Catalogue) -> Locked:
    """The entry of a version."""
    try:
        schema = json_schema(declared, catalogue)
    except RecursionError:
        raise SchemaError(f"Schema {declared.name!r}, version {declared.version}: its types have no end") from None
    return Locked(declared.name, declared.version, declared.readable_by, schema)


def read(path: str | os.PathLike[str]) -> Versions:
    """The versions in the file. Raises `SchemaLockError` for one that is missing, broken, or of a newer format."""
    name = os.fspath(path)
    try:
        return _parsed(name, Path(path).read_bytes())
    except FileNotFoundError:
        missing = "it is not there. Make it with lock(), or the command schemas lock, and commit it"
        raise SchemaLockError(name, missing) from None
    except OSError as e:
        raise SchemaLockError(name, f"it cannot be read ({type(e).__name__})") from e


def _parsed(name: str, text: bytes) -> Versions:
    try:
        return _versions(name, json.loads(text))
    except SchemaLockError:
        raise
    except RecursionError:
        raise SchemaLockError(name, "it nests too deep to be read. Restore it from version control") from None
    except ValueError as e:
        raise SchemaLockError(name, f"it is not JSON ({e}). Restore it from version control") from e
    except (AttributeError, KeyError, TypeError, SchemaError) as e:
        raise SchemaLockError(name, "it is not a lock file of schemas. Restore it from version control") from e


def _versions(path: str, found: Any) -> Versions:
    _check_format(path, found["format"])
    versions: Versions = {}
    for name, entries in found["schemas"].items():
        listed = [_locked(name, **entry) for entry in entries]
        versions[name] = {one.version: one for one in listed}
        if not 0 < len(versions[name]) == len(listed):
            raise SchemaLockError(path, f"of {name!r}, it has no version, or one twice. Correct it, and lock it again")
    return versions


def _check_format(path: str, found: Any) -> None:
    if type(found) is not int or found < 1:
        raise SchemaLockError(path, f"it has format {found!r}, which is none. Restore it from version control")
    if found > FORMAT:
        newer = f"it has format {found!r}, and this release reads up to {FORMAT}. Upgrade airflow-xcom-toolkit"
        raise SchemaLockError(path, newer)


def _locked(name: str, version: Any, schema: Any, readable_by: Any = None) -> Locked:
    """Raises something for an entry that is broken."""
    Declared(name, version, readable_by)
    differences(schema, schema)
    return Locked(name, version, readable_by, {**schema})


def _outdated(versions: Versions, catalogue: Catalogue | None) -> list[Locked]:
    catalogue = catalogue or Catalogue()
    declared = [as_declared(one, catalogue) for one in catalogue.all()]
    before = {(one.name, one.version): one for found in versions.values() for one in found.values()}
    return [one for one in declared if (key := (one.name, one.version)) not in before or before[key].has_changed(one)]


def _canonical(found: Any) -> str:
    return json.dumps(found, sort_keys=True)


def _check_unchanged(path: str | os.PathLike[str], versions: Versions, added: Sequence[Locked]) -> None:
    changes = []
    for one in added:
        before = versions.get(one.name, {}).get(one.version)
        if before is not None and _canonical(before.schema) != _canonical(one.schema):
            changes += [f"{one.name}, version {one.version}{change}" for change in _changes(before.schema, one.schema)]
    if changes:
        raise SchemaLockError(os.fspath(path), _CHANGED + "".join(f"\n  {change}" for change in changes))


_CHANGED = (
    "versions that are locked have changed. Give each a new version, with an upcaster; or, if no row of it was ever "
    "written, lock it with lock(replace=True), or schemas lock --replace:"
)


def _changes(before: JsonSchema, now: JsonSchema) -> list[str]:
    pairs = {"backward": (before, now), "forward": (now, before)}
    found = {mode: differences(*pair, by_name=True) for mode, pair in pairs.items()}
    listed = [f", {mode}: {one}" for mode, changes in found.items() for one in changes]
    return listed or [": it is written in another way, which no row notices"]


def _write(path: Path, text: bytes) -> None:
    """The whole file or none of it."""
    path = path.resolve()
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(text)
        if path.exists():
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _written(path: str, versions: Versions) -> bytes:
    """Its text. Raises `SchemaLockError` for one that could not be read."""
    schemas = {name: [found[v].to_json() for v in sorted(found)] for name, found in versions.items()}
    try:
        text = json.dumps({"format": FORMAT, "schemas": schemas}, indent=2, sort_keys=True, allow_nan=False) + "\n"
        _parsed(path, text.encode())
    except (RecursionError, SchemaLockError) as e:
        raise SchemaLockError(path, "it is not written, as it could not be read again: simplify the types") from e
    return text.encode()
