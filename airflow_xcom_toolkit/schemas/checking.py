"""What a deployment would break: the versions that are declared here, compared with those that are locked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import SchemaLockError, UpcasterMissingError
from .catalogue import Catalogue
from .compatibility import differences, is_record, schemas_in
from .locking import LOCK_FILE, Locked, Versions, as_declared, read

BACKWARD, FORWARD = "backward", "forward"
MODES = ("backward", "backward_transitive", "forward", "forward_transitive", "full", "full_transitive")


@dataclass(frozen=True)
class Incompatibility:
    """Why rows of one version may not be read at another; ``path`` is where in the value, ``""`` for all of it.

    ``mode`` is ``backward`` where this code reads rows that are there, and ``forward`` where code that is deployed
    reads the rows of this one. ``to_version`` is ``None`` where no version is left.
    """

    schema: str
    from_version: int
    to_version: int | None
    path: str
    problem: str
    mode: str

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        code = "this code" if self.mode == BACKWARD else "deployed code"
        known = f", at version {self.to_version}" if self.to_version else ""
        return f"{self.schema}: {place}{self.problem} (version {self.from_version} read by {code}{known})"


def check(
    path: str | os.PathLike[str] = LOCK_FILE, mode: str = "backward", catalogue: Catalogue | None = None
) -> list[Incompatibility]:
    """What would break in that mode; an empty list if nothing would.

    ``backward``: this code reads rows that the newest locked versions wrote. ``forward``: those read the rows of this
    code. ``full``: both. With ``_transitive``, all locked versions, not the newest before this one alone. Each mode
    compares versions that are declared and locked, too. Raises `SchemaLockError` for another mode or a bad file.
    """
    if mode not in MODES:
        raise SchemaLockError(
            os.fspath(path), f"it cannot be compared in mode {mode!r}; the modes are {', '.join(MODES)}"
        )
    catalogue = catalogue or Catalogue()
    direction, _, transitive = mode.partition("_")
    found = []
    locked = read(path)
    for name in sorted(locked):
        schema = _Schema(name, locked, catalogue, bool(transitive))
        found += [*schema.backward()] if direction != FORWARD else []
        found += [*schema.forward()] if direction != BACKWARD else []
    return found


class _Schema:
    """One schema: the versions that are locked, those that are declared, and the newest here, which is the reader's."""

    def __init__(self, name: str, versions: Versions, catalogue: Catalogue, transitive: bool) -> None:
        self._name = name
        self._locked = locked = versions[name]
        self._names = versions.keys()
        self._catalogue = catalogue
        self._declared = {one.version: as_declared(one, catalogue) for one in catalogue.all() if one.name == name}
        found = catalogue.find(name)
        self._newest = None if found is None else as_declared(found, catalogue)
        before = sorted(version for version in locked if found is not None and version < found.version)
        self._before = [locked[version] for version in (before if transitive else before[-1:])]

    def backward(self) -> Iterator[Incompatibility]:
        """Rows that are there, read by this code."""
        if self._newest is None:
            yield Incompatibility(self._name, max(self._locked), None, "", _GONE, BACKWARD)
            return
        for version in sorted(self._declared.keys() & self._locked.keys()):
            yield from self._changed(self._locked[version], self._declared[version], BACKWARD)
        yield from self._without_class(self._newest)
        for before in self._before:
            yield from self._upcast(before, self._newest)
        for version in sorted(self._locked):
            if version > self._newest.version:
                yield from self._dropped(self._locked[version], self._newest, BACKWARD)

    def forward(self) -> Iterator[Incompatibility]:
        """Rows of this code, read by code that is deployed."""
        for version in sorted(self._declared.keys() & self._locked.keys()):
            yield from self._changed(self._declared[version], self._locked[version], FORWARD)
        if self._newest is not None:
            for before in self._before:
                yield from self._dropped(self._newest, before, FORWARD)
                yield from self._unknown(self._newest, before)

    def _changed(self, written: Locked, reader: Locked, mode: str) -> Iterator[Incompatibility]:
        for one in differences(written.schema, reader.schema, by_name=True):
            yield self._found(written, reader, mode, one.problem, one.path)

    def _without_class(self, newest: Locked) -> Iterator[Incompatibility]:
        locked = self._locked.get(newest.version)
        if locked is not None and not newest.schema and is_record(locked.schema):
            yield self._found(locked, newest, BACKWARD, _NO_CLASS)

    def _upcast(self, written: Locked, newest: Locked) -> Iterator[Incompatibility]:
        """Steps decide, and whatever they give is up to them; without them, what they have to bridge."""
        try:
            self._catalogue.steps(self._name, written.version, newest.version)
        except UpcasterMissingError as e:
            yield self._found(
                written, newest, BACKWARD, _NO_STEP.format(self._name, e.from_version, e.from_version + 1)
            )
            for one in differences(written.schema, newest.schema):
                yield self._found(written, newest, BACKWARD, one.problem, one.path)

    def _dropped(self, written: Locked, reader: Locked, mode: str) -> Iterator[Incompatibility]:
        """An older reader drops the fields that it does not know, if the writer allows it."""
        if written.readable_by is None or reader.version < written.readable_by:
            yield self._found(written, reader, mode, _NOT_READABLE.format(written.version, reader.version))
        for one in differences(written.schema, reader.schema, drop=True):
            yield self._found(written, reader, mode, one.problem, one.path)

    def _unknown(self, written: Locked, reader: Locked) -> Iterator[Incompatibility]:
        """Parts with schemas of their own are read before the field that they are in may be dropped."""
        for name in sorted(schemas_in(written.schema) - self._names):
            yield self._found(written, reader, FORWARD, _UNKNOWN.format(name))

    def _found(self, written: Locked, reader: Locked, mode: str, problem: str, path: str = "") -> Incompatibility:
        return Incompatibility(self._name, written.version, reader.version, path, problem, mode)


_GONE = "no module declares it any more, and its rows cannot be read; keep its class and its upcasters"
_NO_CLASS = "it has no class any more, and its rows come back as dicts"
_NO_STEP = "there is no step from version {1} to {2}; write @upcaster({0!r}, from_version={1})"
_UNKNOWN = "it has parts of schema {0!r}, which is not locked: the reader does not know it"
_NOT_READABLE = "version {0} does not declare readable_by={1}, or a lower one, and the reader refuses its rows"
