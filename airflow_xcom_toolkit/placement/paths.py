"""Keys of objects: unique to each write, readable, and never outside their store.

    <dag>/<run>/<task>/ti-<task instance id>|write/<key>.<12 hex digits>.<suffix>

Each part is percent-quoted, so that no name, however odd, makes a folder or leaves one. A part too long for a file
system is cut and ends in a part of its SHA-256; the whole stays within the 1,024 bytes of an S3 key.
"""

from __future__ import annotations

import hashlib
from urllib.parse import quote
from uuid import uuid4

from ..abc import Coordinate
from ..errors import UntrustedReferenceError

MAX_KEY_BYTES = 1024
_MAX_PART = 180
_MIN_PART = 24


def object_key(at: Coordinate, suffix: str, *, prefix_bytes: int = 0) -> str:
    """A new key below a store whose base takes ``prefix_bytes``."""
    instance = f"ti-{at.instance}" if at.instance else "write"
    tail = f".{uuid4().hex[:12]}{suffix}"
    budget = MAX_KEY_BYTES - prefix_bytes - len(instance) - len(tail) - 5
    longest = _MAX_PART
    while True:
        dag, run, task, key = (_part(name, longest) for name in (at.dag_id, at.run_id, at.task_id, at.key))
        if len(dag) + len(run) + len(task) + len(key) <= budget or longest <= _MIN_PART:
            return f"{dag}/{run}/{task}/{instance}/{key}{tail}"
        longest -= 12


def checked_key(key: object) -> str:
    """``key``, if it stays below its store. Raises `UntrustedReferenceError`."""
    if not isinstance(key, str) or not key.isascii() or not key.isprintable() or "\\" in key:
        raise UntrustedReferenceError(
            f"A row refers to the object key {ascii(key)[:200]}, which is none of this toolkit"
        )
    if len(key) > MAX_KEY_BYTES:
        raise UntrustedReferenceError(
            f"A row refers to an object key of {len(key)} characters, which is none of a store"
        )
    if any(part in ("", ".", "..") for part in key.split("/")):
        raise UntrustedReferenceError(f"A row refers to the object key {key!r}, which leaves its store; not followed")
    return key


def names_in_keys(name: str) -> set[str]:
    """Each form that the name of a dag, a run or a task has in keys: whole, or cut to let the whole key fit."""
    return {_part(name, longest) for longest in range(_MAX_PART, _MIN_PART - 1, -12)}


def _part(name: str | None, longest: int) -> str:
    quoted = quote(name or "unknown", safe="")
    if not quoted.strip("."):
        quoted = quoted.replace(".", "%2E")
    if len(quoted) <= longest:
        return quoted
    return f"{quoted[: longest - 13]}-{hashlib.sha256((name or '').encode()).hexdigest()[:12]}"
