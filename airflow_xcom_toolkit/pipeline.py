"""The flow of data, on one screen.

push   value  schema.stamp  handlers.dump  compression.encode  encryption.encode  placement.store  row
pull   row    placement.fetch  encryption.decode  compression.decode  handlers.load  value
purge  row    placement.discard
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, BinaryIO, cast

from .abc import Coordinate, Encryption, HandlerContext, Json, Part, Placement, Pulled, Reference, Schema, Source
from .bodies import Bodies
from .compression import Compression
from .description import Description, described, foreign_described, row_text
from .envelope import Envelope, Header, Sealed, clean_summary, is_envelope
from .errors import (
    EnvelopeError,
    PartialLoadError,
    SchemaValidationError,
    StorageError,
    UnsupportedTypeError,
    ValueTooLargeError,
    XComToolkitError,
)
from .handlers._json import ROW, fit
from .handlers.tree import Tree, TreeDumper, TreeLoader
from .observe.counting import count
from .observe.names import PLAINTEXT_ROWS
from .observe.stages import staged
from .registry import HandlerRegistry
from .schemas import NoSchema
from .sealing import new_bind, seal, unseal
from .streams import ByteSource, HeldSource, SourceFile, read_exactly


@dataclass(frozen=True)
class Pipeline:
    """The stages between a value and its row. Immutable, and safe to share between threads.

    ``decryption`` opens what rows say is encrypted; ``encryption`` is set where pushes encrypt, and ``on_plaintext``
    is then told of rows that are not. ``foreign_load`` and ``foreign_purge`` do for rows of other backends what those
    backends would do; ``foreign_url`` says where the object of such a row is. ``look_alike`` tells a string that
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
    foreign_url: Callable[[Any], str | None] = lambda row: None
    look_alike: Callable[[str], bool] = lambda text: False
    on_plaintext: Callable[[], None] = lambda: None
    max_value_bytes: int = 0

    def push(self, value: Any, at: Coordinate) -> Json:
        """The row for ``value``. Its object, if it has one, is complete. Nothing is written for a value refused."""
        value, schema = self.schema.stamp(value, at)
        if schema is None and self._is_inert(value):
            return value  # type: ignore[no-any-return]
        tree, bind = self._dump(value, at), new_bind()
        try:
            stored = self._bodies.store(tree, at, bind)
        except ValueTooLargeError as e:
            raise ValueTooLargeError(e.size, e.limit, str(at)) from e
        header = Header(tree.type_id, stored.tree, clean_summary(tree.summary), schema)
        return Envelope(self._head(header, at, bind), stored.body, stored.codecs).to_row()

    def pull(self, row: Any, at: Coordinate | None = None, part: Part | None = None) -> Pulled:
        """The value of ``row``, whoever wrote it. ``at``: whose XCom the caller asked for, where that is known.

        Only ``part`` of it, where that is set. Its object is read and verified whole, all the same.
        """
        if not is_envelope(row):
            if self.encryption is not None:
                self._meet_plaintext()
            if part is not None:
                raise PartialLoadError("A value that is plain JSON, or of another backend, is loaded whole")
            return Pulled(self.foreign_load(row))
        envelope = Envelope.from_row(row)
        header, bind = self._header(envelope, at)

        def load() -> Any:
            with self._bodies.open(envelope, bind) as body:
                return self._load(header, body, part, at, secret=bool(bind))

        return Pulled(self._bodies.verified(envelope, load), encrypted=bool(bind))

    def describe(self, row: Any, at: Coordinate | None = None) -> Description:
        """What ``row`` says of its value. Its object, if it has one, is not touched."""
        if not is_envelope(row):
            self._meet_plaintext()
            return foreign_described(row, self.foreign_url(row))
        envelope = Envelope.from_row(row)
        header, bind = self._header(envelope, at)
        return described(row, envelope, header, self.placement, encrypted=bool(bind))

    @contextmanager
    def open(self, row: Any, at: Coordinate | None = None) -> Iterator[BinaryIO]:
        """The body of ``row``, decrypted and decompressed; the JSON of a value that has none.

        It is read from front to back, and verified when the block ends, whatever of it was read.
        """
        if not is_envelope(row):
            self._meet_plaintext()
            yield io.BytesIO(self._foreign_text(row))
            return
        envelope = Envelope.from_row(row)
        header, bind = self._header(envelope, at)
        with self._bodies.open(envelope, bind) as body:
            source = ByteSource(_tree_and_leaves(header, None)[0].encode()) if body is None else body
            with io.BufferedReader(SourceFile(source)) as file:
                yield cast(BinaryIO, file)

    def purge(self, row: Any) -> None:
        """Deletes the object that ``row`` refers to, if there is one. Needs no key."""
        if not is_envelope(row):
            return self.foreign_purge(row)
        body = Envelope.from_row(row).body
        if isinstance(body, Reference):
            self.placement.discard(body)

    def _meet_plaintext(self) -> None:
        if self.encryption is not None:
            count(PLAINTEXT_ROWS)
            self.on_plaintext()

    @cached_property
    def _bodies(self) -> Bodies:
        return Bodies(self.placement, self.compression, self.encryption, self.decryption, self.max_value_bytes)

    @staged("encode")
    def _head(self, header: Header, at: Coordinate, bind: bytes) -> Header | Sealed:
        return header if self.encryption is None else seal(header, at, bind, self.encryption)

    @staged("decode")
    def _header(self, envelope: Envelope, at: Coordinate | None) -> tuple[Header, bytes]:
        if isinstance(envelope.header, Sealed):
            return unseal(envelope.header, at, self.decryption())
        self._meet_plaintext()
        return envelope.header, b""

    def _foreign_text(self, row: Any) -> bytes:
        url = self.foreign_url(row)
        if url is not None:
            raise StorageError(f"The object of a stock reference has no hash to verify, and is not opened: {url}")
        return row_text(row)

    def _is_inert(self, value: Any) -> bool:
        """Whether ``value`` is plain JSON that stays as it is: every database keeps it, and no stage is for it."""
        limits = [limit for limit in (self.placement.threshold, self.max_value_bytes or None) if limit is not None]
        if self.encryption is not None or (limits and _least_text(value) > min(limits)):
            return False
        if not fit(value) & ROW or (type(value) is str and self.look_alike(value)):
            return False
        return not limits or _most_text(value) <= min(limits) or len(json.dumps(value)) <= min(limits)

    @staged("dump")
    def _dump(self, value: Any, at: Coordinate) -> Tree:
        try:
            tree = TreeDumper(self.handlers, self.context, show_keys=self.encryption is None).dump(value)
        except UnsupportedTypeError as e:
            raise UnsupportedTypeError(e.place, e.type_name, e.reason, str(at)) from e.__cause__
        except SchemaValidationError as e:
            raise e.of(str(at)) from e.__cause__
        if 0 < self.max_value_bytes < tree.nbytes:
            raise ValueTooLargeError(tree.nbytes, self.max_value_bytes, str(at))
        return tree

    @staged("load")
    def _load(
        self, header: Header, body: Source | None, part: Part | None, at: Coordinate | None, *, secret: bool
    ) -> Any:
        try:
            text, leaves = _tree_and_leaves(header, body)
            return TreeLoader(self.handlers, self.context, leaves).load(text, part)
        except SchemaValidationError as e:
            shown = e.within("value", show_keys=not secret)
            raise (shown.of(str(at)) if at else shown) from (None if secret else e.__cause__)
        except (XComToolkitError, ImportError, MemoryError) as e:
            if secret:
                raise e from None
            raise
        except Exception as e:
            if secret:
                raise EnvelopeError(f"An encrypted value could not be restored: {_RESTORING}") from None
            problem = f"A stored {header.type} could not be restored ({type(e).__name__}): {_RESTORING}"
            raise EnvelopeError(problem) from e


_RESTORING = "its envelope is malformed, or the class of a part of it does not take what was stored"


def _least_text(value: Any) -> int:
    """At least so many characters has the JSON of ``value``: of a large one it is not made to find out."""
    return len(value) + 2 if type(value) is str else 3 * len(value) if type(value) in (list, dict) else 1


def _most_text(value: Any) -> int:
    """At most so many characters has its JSON, which takes longer: one character becomes two escapes at the most."""
    return 12 * len(repr(value))


def _tree_and_leaves(header: Header, body: Source | None) -> tuple[str, Source | None]:
    """A tree in the row leaves the body to be streamed; one behind the leaves needs them read first, and then they are
    given up piece by piece, as the value grows."""
    if isinstance(header.tree, str):
        return header.tree, body
    if body is None:
        raise EnvelopeError("The tree of an envelope is said to be in its body, and it has none")
    offset, size = header.tree
    leaves = HeldSource(body, offset)
    return read_exactly(body, size).decode(), leaves
