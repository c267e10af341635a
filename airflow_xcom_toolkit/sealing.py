"""What describes a value, sealed: its type, summary, tree and schema, and whose XCom it is."""

from __future__ import annotations

import json
import os
from typing import Any

from .abc import Coordinate, Encryption, Json
from .envelope import Header, Sealed, dumps
from .errors import DecryptionError

BIND_BYTES = 16


def new_bind() -> bytes:
    """Random bytes that tie an encrypted body to its header: both have them, and neither shows them."""
    return os.urandom(BIND_BYTES)


def seal(header: Header, at: Coordinate, bind: bytes, encryption: Encryption) -> Sealed:
    """``header`` as a token, with the coordinates of its XCom."""
    where: list[Json] = [at.dag_id, at.run_id, at.task_id, at.map_index, at.key]
    sealed = encryption.seal(dumps({**header.to_json(), "at": where, "bind": bind.hex()}))
    return Sealed(**sealed)  # type: ignore[arg-type]


def unseal(sealed: Sealed, at: Coordinate | None, encryption: Encryption) -> tuple[Header, bytes]:
    """The header of a token, and what ties its body to it. Raises `DecryptionError` if it is not of the XCom ``at``."""
    data = json.loads(encryption.unseal(sealed.to_json()))
    if at is not None:
        _check(data["at"], at, sealed.key_id)
    return Header.from_json(data), bytes.fromhex(data["bind"])


def _check(sealed: list[Any], at: Coordinate, key_id: str) -> None:
    """Compares what both sides know; a map index only of two mapped tasks: an iteration of a loop has one, too."""
    expected = [at.dag_id, at.run_id, at.task_id, at.map_index, at.key]
    mapped = at.map_index is not None and at.map_index >= 0 and sealed[3] is not None and sealed[3] >= 0
    if not mapped:
        expected[3] = None
    if any(want is not None and have is not None and want != have for want, have in zip(expected, sealed)):
        raise DecryptionError(
            f"The encrypted row of {at} was written for another XCom and copied here; it is not opened.",
            key_id=key_id,
            tried=1,
        )
