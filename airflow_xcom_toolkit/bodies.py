"""The bytes of a value: in its row while they are few, else in one object, through the codecs.

What `Bodies.store` writes, `Bodies.open` reads, one the mirror of the other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, TypeVar

from .abc import Codec, Coordinate, Encryption, ObjectReader, Placement, Reference, Sink, Source
from .compression import Compression, Draft, Method, is_packed
from .envelope import Body, Envelope, Place, Sealed
from .errors import DecryptionError, EnvelopeError, IntegrityError, ValueTooLargeError, XComToolkitError
from .handlers.tree import Tree
from .observe.stages import staged, staged_sink, staged_source
from .streams import ByteSink, ByteSource, CappedSink, LimitReached, write_text

T = TypeVar("T")
log = logging.getLogger(__name__)

MAX_TREE_IN_ROW = 2048
"""Bytes of JSON text. A longer tree of an offloaded value goes behind its leaves, so that rows stay small."""

Codecs = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, eq=False, repr=False)
class Stored:
    """Where the tree and the body of a value are, and how the body is encoded."""

    tree: Place
    body: Body
    codecs: Codecs = ()


@dataclass(frozen=True, eq=False, repr=False)
class Bodies:
    """Stores and opens bodies. ``bind`` is what ties an encrypted body to its row."""

    placement: Placement
    compression: Compression
    encryption: Encryption | None
    decryption: Callable[[], Encryption]
    max_value_bytes: int

    def store(self, tree: Tree, at: Coordinate, bind: bytes) -> Stored:
        """Writes the leaves of ``tree``. An object is complete when this returns."""
        return self._store_in_row(tree, bind) or self._store_in_object(tree, at, bind)

    @contextmanager
    def open(self, envelope: Envelope, bind: bytes) -> Iterator[Source | None]:
        """The body's bytes. All are read and verified when the block ends, and no error hides that they are wrong."""
        if envelope.body is not None and self._is_encrypted(envelope) != bool(bind):
            raise DecryptionError("Of the header and the body of a row one is encrypted and one is not: it was forged")
        if not isinstance(envelope.body, Reference):
            yield self._open_row_body(envelope.body, bind)
            return
        reader = self._fetch(envelope.body)
        layers: list[Source] = [staged_source("fetch", reader)]
        with self._distrusting(envelope.body), _ending(reader):
            try:
                for descriptor in reversed(envelope.codecs):
                    layers.append(staged_source("decode", self._decoder(layers[-1], descriptor, bind)))
                yield layers[-1]
                for layer in reversed(layers):
                    _drain(layer)
            except IntegrityError:
                raise
            except (Exception, GeneratorExit):
                _check_rest(layers, reader)
                raise
            _verify(reader)

    def verified(self, envelope: Envelope, load: Callable[[], T]) -> T:
        """What ``load`` makes of the body. It is called again if what it read was a copy, and not what was written."""
        try:
            return load()
        except IntegrityError:
            if not (isinstance(envelope.body, Reference) and self.placement.forget(envelope.body)):
                raise
        log.warning("The object %r did not verify; no copy of it is kept, and its store is asked", envelope.body.key)
        return load()

    @contextmanager
    def _distrusting(self, reference: Reference) -> Iterator[None]:
        """Of bytes that are not the right ones no copy is kept. The error says which object it is: codecs cannot."""
        try:
            yield
        except IntegrityError as e:
            self.placement.forget(reference)
            if repr(reference.key) in str(e):
                raise
            raise IntegrityError(f"The object {reference.key!r} in store {reference.store!r}: {e}") from e.__cause__

    def _is_encrypted(self, envelope: Envelope) -> bool:
        """Whether encryption was the last thing done to the body."""
        if not isinstance(envelope.body, Reference):
            return isinstance(envelope.body, Sealed)
        return bool(envelope.codecs) and not self.compression.handles(str(envelope.codecs[-1].get("name")))

    # In the row --------------------------------------------------------------------------------------------------

    @staged("dump")
    def _store_in_row(self, tree: Tree, bind: bytes) -> Stored | None:
        """``None`` if the body is larger than the threshold: its bytes are kept until it is known to be."""
        threshold = self.placement.threshold
        if threshold is not None and tree.nbytes > threshold:
            return None
        sink = ByteSink(threshold)
        try:
            tree.write(CappedSink(sink, self.max_value_bytes))
        except LimitReached:
            return None
        text = tree.text()
        size = len(sink.data) + len(text)
        if threshold is not None and size > threshold:
            return None
        if 0 < self.max_value_bytes < size:
            raise ValueTooLargeError(size, self.max_value_bytes)
        return Stored(text, self._row_body(bytes(sink.data), bind))

    @staged("encode")
    def _row_body(self, data: bytes, bind: bytes) -> Body:
        if self.encryption is None or not data:
            return data or None
        return Sealed(**self.encryption.seal(bind + data))  # type: ignore[arg-type]

    @staged("decode")
    def _open_row_body(self, body: Body, bind: bytes) -> Source | None:
        if isinstance(body, bytes):
            return ByteSource(body)
        if not isinstance(body, Sealed):
            return None
        plaintext = self.decryption().unseal(body.to_json())
        if not bind or not compare_digest(plaintext[: len(bind)], bind):
            raise DecryptionError("The body of an encrypted row belongs to another row", key_id=body.key_id, tried=1)
        return ByteSource(plaintext[len(bind) :])

    # In an object ------------------------------------------------------------------------------------------------

    def _store_in_object(self, tree: Tree, at: Coordinate, bind: bytes) -> Stored:
        in_row, compression = self._planned(tree)
        done: list[tuple[Place, Codecs]] = []

        @staged("dump")
        def write(sink: Sink) -> None:
            sinks, codecs = self._encoders(staged_sink("store", sink), bind, compression)
            capped = CappedSink(sinks[-1], self.max_value_bytes)
            end = tree.write(capped)
            text = tree.text()
            if not in_row:
                write_text(text, capped)
            for encoder in reversed(sinks[1:]):
                encoder.close()
            done.append((text if in_row else (end, len(text)), codecs))

        suffix = self._suffix(tree, in_row, compression)
        reference = self._put(at, suffix, write)
        place, codecs = done[-1]
        return Stored(place, reference, codecs)

    @staged("store")
    def _put(self, at: Coordinate, suffix: str, write: Callable[[Sink], None]) -> Reference:
        return self.placement.store(at, suffix, write, hashed=self.encryption is None)

    @staged("fetch")
    def _fetch(self, reference: Reference) -> ObjectReader:
        return self.placement.fetch(reference)

    @staged("encode")
    def _planned(self, tree: Tree) -> tuple[bool, Method]:
        """Whether the tree goes into the row, and what compresses the body."""
        in_row = tree.nbytes > 0 and _fits_a_row(tree)
        secret = self.encryption is not None
        return in_row, self.compression.chosen(lambda: _draft(tree, "" if in_row else tree.text()), secret=secret)

    def _suffix(self, tree: Tree, in_row: bool, compression: Method) -> str:
        """The name says what the bytes are, as far as they may be known."""
        if self.encryption is not None:
            return ".enc"
        plain = tree.suffix if in_row else ".bin" if tree.leaves else ".json"
        return plain + compression.suffix

    def _encoders(self, sink: Sink, bind: bytes, compression: Method) -> tuple[list[Sink], Codecs]:
        """The sinks, from the object's to the one to write to; and the codecs, in the order of their effect."""
        sinks, codecs = [sink], []
        for codec in (self.encryption, compression if compression.name else None):
            if codec is not None:
                encoder, descriptor = codec.encode(sinks[-1], bind)
                sinks.append(staged_sink("encode", encoder))
                codecs.append(descriptor)
        return sinks, tuple(reversed(codecs))

    def _decoder(self, source: Source, descriptor: Mapping[str, Any], bind: bytes) -> Source:
        codec = self._codec(str(descriptor.get("name")))
        try:
            return codec.decode(source, descriptor, bind)
        except (XComToolkitError, MemoryError):
            raise
        except Exception as e:
            raise EnvelopeError(f"The codec {descriptor['name']!r} of an envelope is malformed") from e

    def _codec(self, name: str) -> Codec:
        if self.compression.handles(name):
            return self.compression
        if self.decryption().handles(name):
            return self.decryption()
        raise EnvelopeError(f"An object is encoded with {name!r}, which this toolkit does not know; upgrade it")


def _fits_a_row(tree: Tree) -> bool:
    """Whether the tree is short, with the places of its leaves; of very many the text is not made to find out."""
    places = 24 * len(tree.leaves)
    return places <= MAX_TREE_IN_ROW and len(tree.text()) + places <= MAX_TREE_IN_ROW


def _draft(tree: Tree, text: str) -> Draft:
    """The body as far as it is known before it is written; leaves that are compressed themselves are left out."""
    leaves = [leaf for _, leaf in tree.leaves if not is_packed(leaf.suffix)]

    def write(sink: Sink) -> None:
        for leaf in leaves:
            leaf.write(sink)
        sink.write(text.encode())

    return Draft(write, sum(leaf.nbytes for leaf in leaves) + len(text))


@contextmanager
def _ending(reader: ObjectReader) -> Iterator[None]:
    """A reader that reads ahead stops with the block, however that ends."""
    try:
        yield
    finally:
        close = getattr(reader, "close", None)
        if close is not None:
            close()


def _check_rest(layers: list[Source], reader: ObjectReader) -> None:
    """Raises `IntegrityError` if what was not read is not what was written; another error is on its way already."""
    try:
        for layer in reversed(layers):
            _drain(layer)
    except IntegrityError:
        raise
    except Exception:
        log.debug("The rest of a body could not be decoded", exc_info=True)
    reader.verify()


@staged("fetch")
def _verify(reader: ObjectReader) -> None:
    """Reads and hashes what is left."""
    reader.verify()


def _drain(source: Source) -> None:
    while source.read(1 << 20):
        pass
