"""The flow of data, on one screen.

push   value  schema.stamp  handlers.dump  compression.encode  encryption.encode  placement.store    row
pull   row    placement.fetch  encryption.decode  compression.decode  handlers.load  schema.upcast  value
purge  row    placement.discard
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any

from .abc import Codec, Coordinate, Encryption, HandlerContext, Json, Placement, Reference, Schema, Sink, Source
from .compression import Compression
from .envelope import Envelope, Header, Sealed, dumps, is_envelope
from .errors import (
    DecryptionError,
    EnvelopeError,
    IntegrityError,
    UnsupportedTypeError,
    ValueTooLargeError,
    XComToolkitError,
)
from .handlers._json import ROW, fit
from .handlers.tree import Tree, TreeDumper, TreeLoader
from .registry import HandlerRegistry
from .schemas import NoSchema
from .streams import ByteSink, ByteSource, CappedSink, LimitReached

MAX_TREE_IN_ROW = 2048
"""Bytes of JSON text. A longer tree of an offloaded value goes behind its leaves, so that rows stay small."""


@dataclass(frozen=True)
class Pulled:
    """A value, and whether its row was encrypted."""

    value: Any
    encrypted: bool = False


@dataclass(frozen=True)
class Pipeline:
    """The stages between a value and its row. Immutable, and safe to share between threads.

    ``decryption`` opens what rows say is encrypted; ``encryption`` is set where pushes encrypt. ``foreign_load`` and
    ``foreign_purge`` do for rows of other backends what those backends would do. ``look_alike`` tells a string that
    another backend would take for its own reference.
    """

    handlers: HandlerRegistry
    context: HandlerContext
    placement: Placement
    foreign_load: Callable[[Any], Any]
    foreign_purge: Callable[[Any], None]
    decryption: Callable[[], Encryption]
    encryption: Encryption | None = None
    compression: Compression = field(default_factory=lambda: Compression(None))
    schema: Schema = field(default_factory=NoSchema)
    look_alike: Callable[[str], bool] = lambda text: False
    on_plaintext: Callable[[], None] = lambda: None
    max_value_bytes: int = 0

    # The three ways ----------------------------------------------------------------------------------------------

    def push(self, value: Any, at: Coordinate) -> Json:
        """The row for ``value``. Its object, if it has one, is complete. Nothing is written for a value refused."""
        value, schema = self.schema.stamp(value, at)
        if schema is None and self._is_inert(value):
            return value  # type: ignore[no-any-return]
        tree = self._dump(value, at)
        bind = os.urandom(16)
        try:
            header, body, codecs = self._place_in_row(tree, bind) or self._place_in_object(tree, at, bind)
        except ValueTooLargeError as e:
            raise ValueTooLargeError(e.size, e.limit, str(at)) from e
        return Envelope(self._seal(header(schema), at, bind), body, codecs).to_row()

    def pull(self, row: Any, at: Coordinate | None = None) -> Pulled:
        """The value of ``row``, whoever wrote it. ``at``: whose XCom the caller asked for, where that is known."""
        if not is_envelope(row):
            self.on_plaintext()
            return Pulled(self.foreign_load(row))
        envelope = Envelope.from_row(row)
        header, bind = self._unseal(envelope, at)
        with self._open_body(envelope, bind) as body:
            value = self._load(header, body, secret=bool(bind))
        return Pulled(self.schema.upcast(value, header.schema), encrypted=bool(bind))

    def purge(self, row: Any) -> None:
        """Deletes the object that ``row`` refers to, if there is one. Needs no key."""
        if not is_envelope(row):
            return self.foreign_purge(row)
        body = Envelope.from_row(row).body
        if isinstance(body, Reference):
            self.placement.discard(body)

    # Value <-> tree ----------------------------------------------------------------------------------------------

    def _is_inert(self, value: Any) -> bool:
        """Whether ``value`` is plain JSON that stays as it is: every database keeps it, and no stage is for it."""
        if self.encryption is not None or not fit(value) & ROW:
            return False
        if type(value) is str and self.look_alike(value):
            return False
        threshold = self.placement.threshold
        if threshold is None and not self.max_value_bytes:
            return True
        size = _json_size(value)
        return (threshold is None or size <= threshold) and not 0 < self.max_value_bytes < size

    def _dump(self, value: Any, at: Coordinate) -> Tree:
        try:
            tree = TreeDumper(self.handlers, self.context, show_keys=self.encryption is None).dump(value)
        except UnsupportedTypeError as e:
            raise UnsupportedTypeError(e.place, e.type_name, e.reason, str(at)) from e.__cause__
        if 0 < self.max_value_bytes < tree.nbytes:
            raise ValueTooLargeError(tree.nbytes, self.max_value_bytes, str(at))
        return tree

    def _load(self, header: Header, body: Source | None, *, secret: bool) -> Any:
        try:
            text, leaves = _tree_and_leaves(header, body)
            return TreeLoader(self.handlers, self.context, leaves).load(text)
        except (XComToolkitError, ImportError, MemoryError):
            raise
        except Exception as e:
            problem = f"A stored {header.type} could not be restored ({type(e).__name__}); its envelope is malformed"
            raise EnvelopeError(problem if not secret else "An encrypted value could not be restored") from (
                None if secret else e
            )

    # Tree <-> row ------------------------------------------------------------------------------------------------

    def _place_in_row(self, tree: Tree, bind: bytes) -> _Placed | None:
        """The body in the row, if it is small enough: its bytes are kept until it is known to be."""
        threshold = self.placement.threshold
        if threshold is not None and tree.nbytes > threshold:
            return None
        sink = ByteSink(threshold)
        try:
            tree.write(CappedSink(sink, self.max_value_bytes))
        except LimitReached:
            return None
        text = tree.text()
        if threshold is not None and len(sink.data) + len(text) > threshold:
            return None
        if 0 < self.max_value_bytes < len(sink.data) + len(text):
            raise ValueTooLargeError(len(sink.data) + len(text), self.max_value_bytes)
        return _header_of(tree, text), self._row_body(bytes(sink.data), bind), ()

    def _row_body(self, data: bytes, bind: bytes) -> Sealed | bytes | None:
        if not data:
            return None
        return self._sealed(bind + data) if self.encryption is not None else data

    def _place_in_object(self, tree: Tree, at: Coordinate, bind: bytes) -> _Placed:
        in_row = bool(tree.leaves) and len(tree.text()) + 24 * len(tree.leaves) <= MAX_TREE_IN_ROW
        places: list[str | tuple[int, int]] = []
        codecs: list[Mapping[str, Any]] = []

        def write(sink: Sink) -> None:
            places.clear()
            codecs.clear()
            sinks = self._encoders(sink, bind, codecs)
            capped = CappedSink(sinks[-1], self.max_value_bytes)
            end = tree.write(capped)
            text = tree.text()
            if not in_row:
                capped.write(text.encode())
            places.append(text if in_row else (end, len(text)))
            for encoder in reversed(sinks[1:]):
                encoder.close()

        reference = self.placement.store(at, self._suffix(tree, in_row), write, hashed=self.encryption is None)
        return _header_of(tree, places[0]), reference, tuple(codecs)

    def _encoders(self, sink: Sink, bind: bytes, codecs: list[Mapping[str, Any]]) -> list[Sink]:
        """The sinks of the codecs, the last applied first: what is written to the last sink is compressed first."""
        sinks = [sink]
        for codec in reversed(self._codecs()):
            sink, descriptor = codec.encode(sinks[-1], bind)
            sinks.append(sink)
            codecs.insert(0, descriptor)
        return sinks

    def _codecs(self) -> list[Codec]:
        found: list[Codec] = [self.compression] if self.compression.name else []
        return found + ([self.encryption] if self.encryption is not None else [])

    def _suffix(self, tree: Tree, in_row: bool) -> str:
        """The name says what the bytes are, as far as they may be known."""
        if self.encryption is not None:
            return ".enc"
        plain = tree.suffix if in_row else ".bin" if tree.leaves else ".json"
        return plain + self.compression.suffix

    @contextmanager
    def _open_body(self, envelope: Envelope, bind: bytes) -> Iterator[Source | None]:
        """The body's bytes. All are read and verified when the block ends, and no error hides that they are wrong."""
        body = envelope.body
        if not isinstance(body, Reference):
            yield self._open_row_body(body, bind)
            return
        reader = self.placement.fetch(body)
        layers: list[Source] = [reader]
        try:
            for descriptor in reversed(envelope.codecs):
                layers.append(self._decoder(layers[-1], descriptor, bind))
            yield layers[-1]
            for layer in reversed(layers):
                _drain(layer)
        except IntegrityError:
            raise
        except Exception:
            reader.verify()
            raise
        reader.verify()

    def _open_row_body(self, body: bytes | Sealed | None, bind: bytes) -> Source | None:
        if body is None or isinstance(body, bytes):
            return None if body is None else ByteSource(body)
        plaintext = self.decryption().unseal(body.to_json())
        if not bind or not compare_digest(plaintext[: len(bind)], bind):
            raise DecryptionError("The body of an encrypted row belongs to another row", key_id=body.key_id, tried=1)
        return ByteSource(plaintext[len(bind) :])

    def _decoder(self, source: Source, descriptor: Mapping[str, Any], bind: bytes) -> Source:
        codec = self._codec(descriptor)
        try:
            return codec.decode(source, descriptor, bind)
        except (XComToolkitError, MemoryError):
            raise
        except Exception as e:
            raise EnvelopeError(f"The codec {descriptor['name']!r} of an envelope is malformed") from e

    def _codec(self, descriptor: Mapping[str, Any]) -> Codec:
        name = str(descriptor.get("name"))
        if self.compression.handles(name):
            return self.compression
        if self.decryption().handles(name):
            return self.decryption()
        raise EnvelopeError(f"An object is encoded with {name!r}, which this toolkit does not know; upgrade it")

    # Header <-> sealed header ------------------------------------------------------------------------------------

    def _seal(self, header: Header, at: Coordinate, bind: bytes) -> Header | Sealed:
        if self.encryption is None:
            return header
        where: list[Json] = [at.dag_id, at.run_id, at.task_id, at.map_index, at.key]
        return self._sealed(dumps({**header.to_json(), "at": where, "bind": bind.hex()}))

    def _sealed(self, plaintext: bytes) -> Sealed:
        assert self.encryption is not None
        return Sealed(**self.encryption.seal(plaintext))  # type: ignore[arg-type]

    def _unseal(self, envelope: Envelope, at: Coordinate | None) -> tuple[Header, bytes]:
        if isinstance(envelope.header, Header):
            self.on_plaintext()
            return envelope.header, b""
        data = json.loads(self.decryption().unseal(envelope.header.to_json()))
        if at is not None:
            _check_coordinates(data["at"], at, envelope.header.key_id)
        return Header.from_json(data), bytes.fromhex(data["bind"])


_Placed = tuple[Callable[[Json], Header], "Sealed | bytes | Reference | None", tuple[Mapping[str, Any], ...]]


def _header_of(tree: Tree, place: str | tuple[int, int]) -> Callable[[Json], Header]:
    return lambda schema: Header(tree.type_id, place, _clean_summary(tree.summary), schema)


def _clean_summary(summary: Mapping[str, Json]) -> dict[str, Json]:
    """A few short entries that every database keeps."""
    return {key[:40]: _clean(value) for key, value in list(summary.items())[:8] if fit(key) & ROW}


def _clean(value: Json) -> Json:
    if isinstance(value, (str, float)):
        return ascii(str(value))[1:-1][:80]
    if fit(value) & ROW and _json_size(value) <= 200:
        return value
    return ascii(value)[:80]


def _check_coordinates(sealed: list[Any], at: Coordinate, key_id: str) -> None:
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


def _tree_and_leaves(header: Header, body: Source | None) -> tuple[str, Source | None]:
    """A tree in the row leaves the body to be streamed; one behind the leaves needs them read first."""
    if isinstance(header.tree, str):
        return header.tree, body
    if body is None:
        raise EnvelopeError("The tree of an envelope is said to be in its body, and it has none")
    offset, size = header.tree
    leaves = ByteSource(_read_exactly(body, offset))
    return _read_exactly(body, size).decode(), leaves


def _json_size(value: Any) -> int:
    return len(json.dumps(value))


def _read_exactly(source: Source, size: int) -> bytes:
    data = source.read(size)
    if len(data) != size:
        raise EnvelopeError(f"The body ends {size - len(data)} bytes early")
    return data


def _drain(source: Source) -> None:
    while source.read(1 << 20):
        pass
