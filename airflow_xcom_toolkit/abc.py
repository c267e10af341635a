"""Every extension point on one page. Each docstring is the contract its tests hold it to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Union

Json = Union[None, bool, int, float, str, list["Json"], dict[str, "Json"]]


class Sink(Protocol):
    """Takes bytes in order. ``close`` finishes the bytes of this sink; it does not close what is behind it."""

    def write(self, data: Any, /) -> int: ...

    def close(self) -> None: ...


class Source(Protocol):
    """Gives bytes in order. ``read(n)`` gives exactly ``n`` bytes, fewer only at the end."""

    def read(self, size: int = -1, /) -> bytes: ...

    def readinto(self, buffer: Any, /) -> int: ...


@dataclass(frozen=True)
class Coordinate:
    """Which XCom a value belongs to. ``None`` means: not known here."""

    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    key: str | None = None
    instance: str | None = None

    def __str__(self) -> str:
        mapped = f"[{self.map_index}]" if self.map_index is not None and self.map_index >= 0 else ""
        return f"XCom {self.key!r} of {self.dag_id}.{self.task_id}{mapped} in run {self.run_id!r}"


class Refusal(Exception):
    """Raised by a type handler: this value cannot be kept exactly, and what the user can do about it.

    With encryption on, the message is not shown: it may quote the value. It is shown where ``quotes_nothing``.
    """

    quotes_nothing = False


class PlainRefusal(Refusal):
    """A refusal whose message has nothing of the value but the names of its classes."""

    quotes_nothing = True


class ClassGate(Protocol):
    """Airflow's allow list, for the classes that a value names."""

    def name(self, cls: type) -> str:
        """The name a row may record for ``cls``. Raises `Refusal`, with the line to add, for a class not allowed."""

    def load(self, name: str) -> type:
        """The class of that name. Raises `ImportError`, naming the line to add, for one not allowed."""


@dataclass(frozen=True)
class HandlerContext:
    """What a handler may know besides the value. ``dataframe_format`` is ``arrow`` or ``parquet``."""

    classes: ClassGate
    dataframe_format: str = "arrow"


@dataclass(frozen=True)
class Leaf:
    """Bytes of a value's own, written when their turn comes.

    ``write`` may run more than once and gives the same bytes each time. ``nbytes`` is a lower bound of how many,
    known without making them. ``suffix`` is the file name suffix of a file with only these bytes (``.npy``).
    """

    write: Callable[[Sink], None]
    nbytes: int
    suffix: str = ".bin"


@dataclass
class Dumped:
    """What a handler makes of a value: JSON, parts that go to their own handlers, and bytes.

    ``meta`` may not use the names ``~``, ``of`` and ``at``. Children come back in the same order. ``step(i)`` is how
    child ``i`` is written in the path of an error (``['train']``). ``summary`` is what a person wants to know
    (rows, columns), a few short entries.
    """

    meta: dict[str, Any] = field(default_factory=dict)
    children: Sequence[Any] = ()
    leaf: Leaf | None = None
    step: Callable[[int], str] | None = None
    summary: dict[str, Json] = field(default_factory=dict)


class TypeHandler(ABC):
    """Turns values of some exact types into JSON, children and bytes, and back.

    What ``load`` gives equals what ``dump`` got, in value and in type, is writable, and shares no memory with
    anything. ``dump`` does not change the value, and raises `Refusal` for what it cannot keep. Nothing that comes
    from a row is executed or unpickled.

    ``type_id`` is the name on the wire, with a version: ``pandas.dataframe@1``. Its part before the first dot is the
    family, and the name of the entry point (group ``airflow_xcom_toolkit.handlers``) that gives the module with
    ``HANDLERS``; it is the top-level Python module of the types. Once released, what a type id means never changes.
    """

    type_id: ClassVar[str]
    types: ClassVar[tuple[type, ...]] = ()

    def accepts(self, value: Any) -> bool:
        """Whether this handler takes ``value``. Exact types, never subclasses, unless overridden."""
        return type(value) in self.types

    @abstractmethod
    def dump(self, value: Any, context: HandlerContext) -> Dumped: ...

    @abstractmethod
    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        """The value again. ``leaf`` is set where ``dump`` gave one; it holds exactly its bytes."""


class Schema(ABC):
    """Names the schema of a value at push, and brings an older one up to date at pull."""

    @abstractmethod
    def stamp(self, value: Any, at: Coordinate) -> tuple[Any, Json]:
        """The value to dump, and what the row says of its schema (``None``: nothing)."""

    @abstractmethod
    def upcast(self, value: Any, schema: Json) -> Any:
        """The value as the reader wants it, from one of the schema that the row names."""


class Codec(ABC):
    """Changes the bytes of an object on their way: compression and encryption.

    Everything that ``decode`` needs, besides keys, is in the descriptor that the row keeps.
    """

    @abstractmethod
    def handles(self, name: str) -> bool:
        """Whether ``decode`` takes descriptors with that ``name``."""

    @abstractmethod
    def encode(self, sink: Sink, bind: bytes) -> tuple[Sink, dict[str, Json]]:
        """A sink in front of ``sink``, and its descriptor. ``bind`` is authenticated, where there is authentication."""

    @abstractmethod
    def decode(self, source: Source, descriptor: Mapping[str, Any], bind: bytes) -> Source:
        """A source behind ``source``. Raises `IntegrityError` for bytes that are not the ones encoded."""


class Encryption(Codec):
    """A codec that also seals what describes the value, and small bodies that stay in the row."""

    @abstractmethod
    def seal(self, plaintext: bytes) -> dict[str, Json]:
        """A token and its key id."""

    @abstractmethod
    def unseal(self, sealed: Mapping[str, Any]) -> bytes:
        """The plaintext of a token. Raises `DecryptionError`."""


class KeyProvider(ABC):
    """Gives the Fernet keys, from a KMS or Vault for instance: **the first encrypts**, all decrypt."""

    @abstractmethod
    def keys(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Reference:
    """Where the stored bytes of an object are: a store by name, a key below it, and what must be found there."""

    store: str
    key: str
    size: int
    sha256: str | None = None


class ObjectReader(Source, Protocol):
    """A source that knows whether its bytes are the ones that were written."""

    def verify(self) -> None:
        """Reads what is left; raises `IntegrityError` unless size and hash are those of the reference."""


class Placement(ABC):
    """Decides where bodies go, and moves them.

    ``threshold`` in bytes: a larger body becomes an object; ``None``: every body stays in the row.
    """

    threshold: int | None

    @abstractmethod
    def store(self, at: Coordinate, suffix: str, write: Callable[[Sink], None], *, hashed: bool) -> Reference:
        """A new object with what ``write`` writes, visible only once complete.

        ``write`` may be called again after a passing fault. What ``write`` itself raises comes through, and leaves
        nothing behind. Raises `StorageError`.
        """

    @abstractmethod
    def fetch(self, reference: Reference) -> ObjectReader:
        """The bytes of an object. It, or the source, raises `ObjectMissingError`, `StorageError`, `IntegrityError`;
        `UntrustedReferenceError` before anything is read."""

    @abstractmethod
    def discard(self, reference: Reference) -> None:
        """Deletes the object, if it is there. Raises `StorageError` and `UntrustedReferenceError`."""
