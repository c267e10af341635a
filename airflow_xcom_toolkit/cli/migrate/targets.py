"""What a migration makes of rows: the form that is wanted, and how a row gets there."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ...abc import Coordinate, Json, Placement, Reference, Sink
from ...envelope import Envelope, is_envelope
from ...errors import IntegrityError
from ...metadata import StoredRow
from ...pipeline import Pipeline
from ...rewriting import Contents, check_same, moved, rewritten
from .forms import DECRYPT, MOVE, WRAP, changes
from .sameness import fingerprint

AIRFLOWS_OWN = ("skipmixin_key", "_link_")
"""How the keys of rows begin that Airflow's scheduler and API server read by themselves, by no backend."""


class Left(Exception):
    """A row cannot be brought into the form that is wanted; why, and what to do."""


class Made(NamedTuple):
    """The new row; why it is not all that was wanted, where it is not."""

    row: Json
    remains: str = ""


@dataclass(frozen=True)
class Step:
    """What is to be done with one row. ``nbytes`` are moved or rewritten; ``fetches``, if any, from a store.

    ``foresee`` is what ``make`` would give, made without a trace, where ``what`` alone does not say enough.
    """

    what: tuple[str, ...]
    nbytes: int
    fetches: int | None
    make: Callable[[], Made]
    foresee: Callable[[], Made] | None = None


class Target(ABC):
    """A form of rows. ``source`` reads those there are."""

    def __init__(self, source: Pipeline) -> None:
        self.source = source

    @abstractmethod
    def step(self, row: StoredRow) -> Step | None:
        """``None`` for a row that is as it is to be; no store is asked for that. Raises `Left`, or as a pull."""


class Configured(Target):
    """The row that the configured backend would write today for the same value.

    ``variant`` makes the backend anew, with some stages replaced. Envelopes are rewritten as bytes; what another
    backend wrote is pulled and pushed.
    """

    def __init__(self, variant: Callable[..., Any], *, may_decrypt: bool) -> None:
        tolerant = {"on_plaintext": _ignore, "max_value_bytes": 0}
        self._backend = variant(**tolerant)
        super().__init__(self._backend.pipeline())
        self._pretending = variant(**tolerant, placement=Pretended(self.source.placement))
        self._may_decrypt = may_decrypt

    def step(self, row: StoredRow) -> Step | None:
        if is_envelope(row.value):
            return self._rewriting(row, Contents(row.value, row.at, self.source))  # type: ignore[arg-type]
        return None if is_airflows_own(row) else self._wrapping(row)

    def _rewriting(self, row: StoredRow, contents: Contents) -> Step | None:
        what = changes(contents, row.at, self.source)
        if not what:
            return None
        if DECRYPT in what and not self._may_decrypt:
            raise Left("It is encrypted, and the configured backend does not encrypt. If it shall be plain: --decrypt")

        def make() -> Made:
            if what == (MOVE,):
                return Made(moved(row.value, row.at, self.source, self.source.placement))  # type: ignore[arg-type]
            return Made(verified(contents, row.at, self.source))

        return Step(what, stored_bytes(row), fetched(row), make)

    def _wrapping(self, row: StoredRow) -> Step:
        refers = self.source.foreign_url(row.value) is not None
        foresee = None if refers else lambda: Made(self._pushed(self._pretending, row)[0])
        return Step((WRAP,), stored_bytes(row), None, lambda: self._wrap(row), foresee)

    def _wrap(self, row: StoredRow) -> Made:
        new, before = self._pushed(self._backend, row)
        if before is not None and fingerprint(self._backend.pull(new, row.at).value, self.source) != before:
            self.source.purge(new)
            raise IntegrityError("Its value would come back changed; the row was left as it is")
        return Made(new)

    def _pushed(self, backend: Any, row: StoredRow) -> tuple[Json, bytes | None]:
        """The new row, and what tells its value; ``None`` where the row stays as it is."""
        value = backend.pull(row.value, row.at).value
        new = backend.push(value, row.at)
        return new, None if same_json(new, row.value) else fingerprint(value, self.source)


class Moved(Target):
    """The same envelope, with its object in the store that ``placement`` writes to."""

    def __init__(self, source: Pipeline, store: str, placement: Placement) -> None:
        super().__init__(source)
        self._store, self._placement = store, placement

    def step(self, row: StoredRow) -> Step | None:
        envelope = Envelope.from_row(row.value) if is_envelope(row.value) else None  # type: ignore[arg-type]
        if envelope is None or not isinstance(envelope.body, Reference) or envelope.body.store == self._store:
            return None
        renamed = replace(envelope.body, store=self._store)
        if self.source.placement.url(renamed) == self.source.placement.url(envelope.body):
            new = replace(envelope, body=renamed).to_row()
            return Step(("rename",), 0, None, lambda: Made(new))
        return Step((MOVE,), envelope.body.size, fetched(row), lambda: Made(self._move(row)))

    def _move(self, row: StoredRow) -> Json:
        return moved(row.value, row.at, self.source, self._placement)  # type: ignore[arg-type]


class Pretended(Placement):
    """Takes the bytes of objects, and keeps none."""

    def __init__(self, like: Placement) -> None:
        self.threshold = like.threshold

    def store(self, at: Coordinate, suffix: str, write: Callable[[Sink], None], *, hashed: bool) -> Reference:
        return Reference("none", "none", 1)

    def fetch(self, reference: Reference) -> Any:
        raise AssertionError

    def discard(self, reference: Reference) -> None: ...


def with_threshold(placement: Placement, threshold: int | None) -> Placement:
    """The same, for bodies of another size."""
    changed = copy(placement)
    changed.threshold = threshold
    return changed


def is_airflows_own(row: StoredRow) -> bool:
    return (row.at.key or "").startswith(AIRFLOWS_OWN)


def stored_bytes(row: StoredRow) -> int:
    """Of the object, or of the row that has none."""
    return fetched(row) or len(row.text)


def fetched(row: StoredRow) -> int | None:
    """The bytes that reading its value fetches."""
    body = Envelope.from_row(row.value).body if is_envelope(row.value) else None  # type: ignore[arg-type]
    return body.size if isinstance(body, Reference) else None


def same_json(one: Any, other: Any) -> bool:
    """To the letter: ``1``, ``1.0`` and ``true`` are three."""
    return json.dumps(one) == json.dumps(other)


def verified(contents: Contents, at: Coordinate, target: Pipeline) -> Json:
    """The row that ``target`` would write for the same contents, which was read again with its object."""
    new = rewritten(contents, at, target)
    try:
        check_same(contents, new, at, target)
    except BaseException:
        target.purge(new)
        raise
    return new


def _ignore() -> None: ...
