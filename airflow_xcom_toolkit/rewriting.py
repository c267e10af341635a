"""The bytes of a value in another form of row and object.

To move a value between row and object, to compress, encrypt or decrypt it, its tree and its leaves are copied as they
are: no type handler is called, no class is imported, and no schema is brought up to date. So the value stays the same
whatever it is, and also where nothing here could load it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from .abc import Coordinate, Json, Leaf, Placement, Reference, Sink, Source
from .bodies import Bodies
from .envelope import Body, Envelope, Header, Sealed, is_envelope
from .errors import ConfigurationError, DecryptionError, EnvelopeError, IntegrityError
from .handlers._json import MARK
from .handlers.tree import JSON_TYPE, Tree
from .pipeline import Pipeline
from .schemas import NoSchema
from .sealing import new_bind, seal, unseal
from .streams import ByteSink, read_exactly, write_text

HELD_BYTES = 8 * 1024 * 1024
"""So many bytes of leaves are held; more are read again whenever they are wanted."""
_PIECE = 1 << 20
_KNOWN_STARTS = {b"ARROW1": ".arrow", b"PAR1": ".parquet", b"\x93NUMPY": ".npy", b"\xff\xff\xff\xff": ".arrows"}


class Contents:
    """What an envelope holds: its header, the text of its tree, and the bytes of its leaves.

    Raises `DecryptionError` for a row that no key opens, or that was sealed for another XCom than ``at``.
    """

    def __init__(self, row: Mapping[str, Any], at: Coordinate, pipeline: Pipeline) -> None:
        self._envelope = Envelope.from_row(row)
        self._bodies = _bodies(pipeline)
        head = self._envelope.header
        self.header, self._bind = unseal(head, at, pipeline.decryption()) if isinstance(head, Sealed) else (head, b"")

    @property
    def body(self) -> Body:
        return self._envelope.body

    @property
    def is_encrypted(self) -> bool:
        return bool(self._bind)

    @property
    def compression(self) -> str | None:
        """What its object was compressed with."""
        names = [str(codec.get("name")) for codec in self._envelope.codecs]
        names = names[:-1] if self.is_encrypted else names
        return names[0] if names else None

    @cached_property
    def leaf_bytes(self) -> int:
        if not isinstance(self.header.tree, str):
            return self.header.tree[0]
        if self.body is None or isinstance(self.body, bytes):
            return len(self.body or b"")
        return max((start + size for start, size in (node["at"] for node in self._leaf_nodes)), default=0)

    @property
    def size(self) -> int:
        """Bytes of tree and leaves: what a threshold is for. The store is not asked."""
        return self.leaf_bytes + (len(self.header.tree) if isinstance(self.header.tree, str) else self.header.tree[1])

    @property
    def text(self) -> str:
        """The tree, as JSON."""
        return self.header.tree if isinstance(self.header.tree, str) else self._read[1]

    @property
    def is_json(self) -> bool:
        """Whether it is JSON as it is, that no handler and no schema has a part in."""
        plain = self.header.type == JSON_TYPE and self.header.schema is None and not self.leaf_bytes
        return plain and f'"{MARK}"' not in self.text

    def copy(self, sink: Sink) -> None:
        """Writes the bytes of the leaves."""
        if self._is_held:
            sink.write(self._read[0])
            return
        with self._bodies.open(self._envelope, self._bind) as source:
            if source is not None:
                self._pass_leaves(source, sink)

    def digest(self) -> bytes:
        """The same for equal contents alone. The whole object was read and verified."""
        found = hashlib.sha256(json.dumps([self.header.type, self.header.schema], sort_keys=True).encode())
        sink = _Hashing(found)
        sink.write(f"{len(self.text)} {self.leaf_bytes}\n".encode())
        write_text(self.text, sink)
        self.copy(sink)
        return found.digest()

    @cached_property
    def suffix(self) -> str:
        """The file name suffix that the leaves had, as far as it can be told."""
        if len(self._leaf_nodes) != 1 or str(self._leaf_nodes[0][MARK]).startswith("py."):
            return ".bin"
        start = self._start()
        return next((suffix for magic, suffix in _KNOWN_STARTS.items() if start.startswith(magic)), ".bin")

    @cached_property
    def _leaf_nodes(self) -> list[dict[str, Any]]:
        return list(_leaf_nodes(json.loads(self.text))) if '"at":' in self.text else []

    @property
    def _is_held(self) -> bool:
        return self.leaf_bytes <= HELD_BYTES

    @cached_property
    def _read(self) -> tuple[bytes, str]:
        """The leaves, if they are held, and the tree."""
        leaves = ByteSink()
        with self._bodies.open(self._envelope, self._bind) as source:
            if source is None:
                return b"", self._tree_at_end(None)
            self._pass_leaves(source, leaves if self._is_held else _Nowhere())
            return bytes(leaves.data), self._tree_at_end(source)

    def _tree_at_end(self, source: Source | None) -> str:
        if isinstance(self.header.tree, str):
            return self.header.tree
        if source is None:
            raise EnvelopeError("The tree of an envelope is said to be in its body, and it has none")
        return read_exactly(source, self.header.tree[1]).decode()

    def _start(self) -> bytes:
        if self._is_held:
            return self._read[0][:8]
        with self._bodies.open(self._envelope, self._bind) as source:
            return source.read(8) if source is not None else b""

    def _pass_leaves(self, source: Source, sink: Sink) -> None:
        left = self.leaf_bytes
        while left:
            piece = read_exactly(source, min(left, _PIECE))
            sink.write(piece)
            left -= len(piece)


class _CopiedTree(Tree):
    """The tree of some contents, whose leaves are where they were."""

    def __init__(self, contents: Contents) -> None:
        leaves: list[tuple[dict[str, Any], Leaf]] = []
        if contents.leaf_bytes:
            leaves.append(({}, Leaf(contents.copy, contents.leaf_bytes, contents.suffix)))
        super().__init__(None, contents.header.type, contents.header.summary, leaves)
        self._contents = contents

    def text(self) -> str:
        return self._contents.text


def rewritten(contents: Contents, at: Coordinate, target: Pipeline) -> Json:
    """The row that ``target`` would write for the same value, whatever its size. Its object, if any, is complete."""
    if target.encryption is None and contents.is_json:
        return replace(target, schema=NoSchema(), max_value_bytes=0).push(json.loads(contents.text), at)
    bind = new_bind()
    stored = _bodies(target).store(_CopiedTree(contents), at, bind)
    header = replace(contents.header, tree=stored.tree)
    head: Header | Sealed = header if target.encryption is None else seal(header, at, bind, target.encryption)
    return Envelope(head, stored.body, stored.codecs).to_row()


def check_same(contents: Contents, row: Any, at: Coordinate, pipeline: Pipeline) -> None:
    """Reads a row that was just written, with its object. Raises `IntegrityError` unless it has these contents."""
    if is_envelope(row):
        same = Contents(row, at, pipeline).digest() == contents.digest()
    else:
        same = json.dumps(row) == json.dumps(json.loads(contents.text))
    if not same:
        raise IntegrityError("What was written is not what was read; the row was left as it is")


def moved(row: Mapping[str, Any], at: Coordinate, pipeline: Pipeline, to: Placement) -> Json:
    """The row, with a copy of its object, byte for byte, where ``to`` puts objects. The copy was read again.

    It needs no key. Where the key of an encrypted object is here, the copy was authenticated, too.
    """
    envelope = Envelope.from_row(row)
    reference = envelope.body
    assert isinstance(reference, Reference)

    def write(sink: Sink) -> None:
        _pass_object(pipeline.placement, reference, sink)

    copy = to.store(at, _object_suffix(reference.key), write, hashed=True)
    kept = replace(copy, sha256=reference.sha256 and copy.sha256)
    new = replace(envelope, body=kept).to_row()
    try:
        if copy.size != reference.size or (reference.sha256 and copy.sha256 != reference.sha256):
            raise IntegrityError(f"The copy of the object {reference.key!r} differs; the row was left as it is")
        _pass_object(to, copy, _Nowhere())
        _authenticate(new, at, replace(pipeline, placement=to))
    except BaseException:
        to.discard(copy)
        raise
    return new


def _authenticate(row: Any, at: Coordinate, pipeline: Pipeline) -> None:
    try:
        contents = Contents(row, at, pipeline)
    except (DecryptionError, ConfigurationError):
        return  # Without its key there is nothing more to be checked: both copies are the same.
    if contents.is_encrypted:
        contents.copy(_Nowhere())


def _pass_object(placement: Placement, reference: Reference, sink: Sink) -> None:
    """Every stored byte. Raises `IntegrityError` where size or hash are not those of the reference."""
    reader = placement.fetch(reference)
    try:
        while piece := reader.read(_PIECE):
            sink.write(piece)
        reader.verify()
    finally:
        close = getattr(reader, "close", None)
        if close is not None:
            close()


def _object_suffix(key: str) -> str:
    """What follows the twelve digits that make a key unique: ``.npy.zst``."""
    name = key.rpartition("/")[2]
    parts = name.split(".")
    unique = [i for i, part in enumerate(parts) if len(part) == 12 and not set(part) - set("0123456789abcdef")]
    return "".join(f".{part}" for part in parts[unique[-1] + 1 :]) if unique else ""


def _bodies(pipeline: Pipeline) -> Bodies:
    """Without a limit: what is stored already is not refused."""
    return Bodies(pipeline.placement, pipeline.compression, pipeline.encryption, pipeline.decryption, 0)


def _leaf_nodes(root: Any) -> Iterator[dict[str, Any]]:
    left = [root]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            if MARK in node and "at" in node:
                yield node
            left.extend(value for value in node.values() if isinstance(value, (dict, list)))
        else:
            left.extend(value for value in node if isinstance(value, (dict, list)))


class _Nowhere:
    """A sink for what only has to be read."""

    def write(self, data: Any, /) -> int:
        return memoryview(data).nbytes

    def close(self) -> None: ...


class _Hashing:
    def __init__(self, found: Any) -> None:
        self._found = found

    def write(self, data: Any, /) -> int:
        self._found.update(data)
        return memoryview(data).nbytes

    def close(self) -> None: ...
