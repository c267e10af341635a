"""The way back: rows that ``BaseXCom`` reads, where it keeps the value; else plain envelopes, which describe it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...abc import Json, Reference
from ...compat import serde
from ...compression import Compression
from ...envelope import is_envelope
from ...errors import DecryptionError, IntegrityError, StorageError
from ...handlers._json import ROW, fit
from ...metadata import StoredRow
from ...pipeline import Pipeline
from ...rewriting import Contents
from ..words import size
from .forms import DECRYPT, UNWRAP
from .sameness import fingerprint
from .targets import Left, Made, Step, Target, fetched, stored_bytes, verified, with_threshold

_OWN_ENVELOPE = "BaseXCom does not keep it exactly, so its row is an envelope"


class Base(Target):
    """What ``BaseXCom`` would write for the value that is pulled today; no row gets longer than ``max_row``.

    ``variant`` makes the backend that reads, with some stages replaced.
    """

    def __init__(self, variant: Callable[..., Any], *, may_decrypt: bool, max_row: int) -> None:
        self._backend = variant(on_plaintext=_ignore, max_value_bytes=0)
        super().__init__(self._backend.pipeline())
        placement = with_threshold(self.source.placement, max_row)
        self._plain = replace(self.source, encryption=None, placement=placement, compression=Compression(None))
        self._may_decrypt, self._max_row = may_decrypt, max_row

    def step(self, row: StoredRow) -> Step | None:
        if is_envelope(row.value):
            return self._unwrapping(row, Contents(row.value, row.at, self.source))  # type: ignore[arg-type]
        if self.source.foreign_url(row.value) is None:
            return None
        return Step((UNWRAP,), stored_bytes(row), None, lambda: self._taken_in(row), lambda: self._taken_in(row))

    def _unwrapping(self, row: StoredRow, contents: Contents) -> Step:
        if contents.is_encrypted and not self._may_decrypt:
            raise Left("It is encrypted. If it shall be plain in the database from now on: --decrypt")
        what = (DECRYPT, UNWRAP) if contents.is_encrypted else (UNWRAP,)
        if contents.size > self._max_row:
            return self._too_large(row, contents, what)

        def make() -> Made:
            return self._unwrapped(row, contents)

        return Step(what, stored_bytes(row), None, make, make)

    def _unwrapped(self, row: StoredRow, contents: Contents) -> Made:
        found, problem = self._as_base(row)
        if found is not None:
            return Made(*found)
        if not contents.is_encrypted and not isinstance(contents.body, Reference):
            return Made(row.value, problem)
        return Made(verified(contents, row.at, self._plain), problem)

    def _as_base(self, row: StoredRow) -> tuple[tuple[Json] | None, str]:
        """The row of ``BaseXCom``, in a tuple, for it may be ``None``; or why there is none."""
        try:
            value = self._backend.pull(row.value, row.at).value
        except (StorageError, IntegrityError, DecryptionError):
            raise
        except Exception as e:
            return None, f"It could not be loaded ({type(e).__name__}), so its row is an envelope"
        found = base_row(value, self.source)
        if found is not None and len(json.dumps(found[0])) > self._max_row:
            return None, f"As BaseXCom writes it, its row is longer than {size(self._max_row)}"
        return found, _OWN_ENVELOPE

    def _too_large(self, row: StoredRow, contents: Contents, what: tuple[str, ...]) -> Step:
        """An object, which a plain row refers to: it is too much for a database."""
        problem = f"It is larger than {size(self._max_row)}, so it is an object, and its row an envelope"
        if not contents.is_encrypted and isinstance(contents.body, Reference):
            return Step(what, 0, None, lambda: Made(row.value, problem), lambda: Made(row.value, problem))

        def make() -> Made:
            return Made(verified(contents, row.at, self._plain), problem)

        return Step(what, stored_bytes(row), fetched(row), make, lambda: Made(None, problem))

    def _taken_in(self, row: StoredRow) -> Made:
        """The value of an object of the stock backend, in its row."""
        found = base_row(self.source.foreign_load(row.value), self.source)
        if found is None or len(json.dumps(found[0])) > self._max_row:
            return Made(row.value, "It is a large object of the stock backend, which BaseXCom does not follow")
        return Made(*found)


def base_row(value: Any, pipeline: Pipeline) -> tuple[Json] | None:
    """The row that ``BaseXCom`` writes for ``value``, if every database keeps it, and it gives that very value back.

    A text that the stock backend would take for a reference of its own has none: going back to that is a way back, too.
    """
    if isinstance(value, str) and pipeline.look_alike(value):
        return None
    try:
        row = json.loads(json.dumps(serde().serialize(value), allow_nan=False))
        if not fit(_without_reserved(row)) & ROW:
            return None
        again = serde().deserialize(row)
        return (row,) if fingerprint(again, pipeline) == fingerprint(value, pipeline) else None
    except Exception:
        return None


def _without_reserved(row: Json) -> Json:
    """The keys that serde gives a meaning to are none that a database could change."""
    if isinstance(row, dict):
        return {key.replace("_", "-"): _without_reserved(value) for key, value in row.items()}
    return [_without_reserved(item) for item in row] if isinstance(row, list) else row


def _ignore() -> None: ...
