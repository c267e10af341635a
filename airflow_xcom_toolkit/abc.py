"""Every extension point on one page. Each docstring is the contract its tests hold it to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Protocol, Union

from .errors import PartialLoadError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from .description import Description
    from .pipeline import Pipeline
    from .settings import Settings

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

    def __init__(
        self,
        dag_id: str | None = None,
        run_id: str | None = None,
        task_id: str | None = None,
        map_index: int | None = None,
        key: str | None = None,
        instance: str | None = None,
    ) -> None:
        vars(self).update(  # One is made at each push; what dataclasses do for a frozen one takes three times as long.
            dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index, key=key, instance=instance
        )

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


class Fields(dict[str, Any]):
    """The fields of a record whose class is not wanted, the name that its class had in the row, and which it did not
    declare."""

    def __init__(self, fields: Mapping[str, Any], part: str, extra: Collection[str] = ()) -> None:
        super().__init__(fields)
        self.part = part
        self.extra = frozenset(extra)


class ClassGate(Protocol):
    """Airflow's allow list, for the classes that a value names."""

    def name(self, cls: type) -> str:
        """The name a row may record for ``cls``. Raises `Refusal`, with the line to add, for a class not allowed."""

    def load(self, name: str) -> type:
        """The class of that name; ``dict`` or `Fields` where what it holds is wanted as it is.

        Raises `ImportError`, naming the line to add, for one not allowed.
        """

    def rebuild(self, cls: type, fields: dict[str, Any], problem: str) -> Any:
        """An instance of ``cls`` from the fields it had when its declaration was another. Raises `SchemaError`."""


@dataclass(frozen=True)
class HandlerContext:
    """What a handler may know besides the value. ``dataframe_format`` is ``arrow`` or ``parquet``.

    ``outside`` is set for a value that is part of one with a schema, and may be read by another version of its class:
    the context of what is not part of it.
    """

    classes: ClassGate
    dataframe_format: str = "arrow"
    outside: HandlerContext | None = None

    @property
    def outermost(self) -> HandlerContext:
        """The context of values without a schema."""
        return self if self.outside is None else self.outside


@dataclass(frozen=True, slots=True)
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
    (rows, columns), a few short entries. ``inside`` is the context of the children, where it is not the usual one.
    """

    meta: dict[str, Any] = field(default_factory=dict)
    children: Sequence[Any] = ()
    leaf: Leaf | None = None
    step: Callable[[int], str] | None = None
    summary: dict[str, Json] = field(default_factory=dict)
    inside: HandlerContext | None = None


@dataclass(frozen=True)
class Part:
    """What is wanted of a value: some columns, in that order, and the rows ``start`` to ``stop``, as slices have them.

    ``None`` is all of them. Raises `PartialLoadError` for what is neither a list of columns nor a pair of integers.
    """

    columns: Sequence[Any] | None = None
    rows: tuple[int | None, int | None] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.columns, (str, bytes)) or not isinstance(self.columns, (Sequence, type(None))):
            raise PartialLoadError("columns is to be a list of the columns that are wanted")
        rows = (None, None) if self.rows is None else self.rows
        if type(rows) is not tuple or len(rows) != 2 or not all(type(row) in (int, type(None)) for row in rows):
            raise PartialLoadError("rows is to be a pair of integers, (start, stop), and either may be None")

    @property
    def slice(self) -> slice:
        """The rows, for square brackets."""
        return slice(*(self.rows or (None, None)))

    def span(self, count: int) -> range:
        """The wanted ones of so many rows."""
        start, stop, _ = self.slice.indices(count)
        return range(start, max(start, stop))


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
    is_container: ClassVar[bool] = False
    """Of plain Python: what is in it is part of a schema where it is part of one itself."""
    wraps: ClassVar[bool] = False
    """Its one child is what the row is said to be of: type, summary, and a part that is asked for, are the child's."""

    def accepts(self, value: Any) -> bool:
        """Whether this handler takes ``value``. Exact types, never subclasses, unless overridden."""
        return type(value) in self.types

    @abstractmethod
    def dump(self, value: Any, context: HandlerContext) -> Dumped: ...

    @abstractmethod
    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        """The value again. ``leaf`` is set where ``dump`` gave one; it holds exactly its bytes."""

    def load_part(
        self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext, part: Part
    ) -> Any:
        """Equal to what slicing gives of the value, without the memory of all of it.

        Raises `PartialLoadError` for a column that is not there, and where values are not loaded in part.
        """
        raise PartialLoadError(f"A {self.type_id} is loaded whole: values of this type have no part to choose")

    def inside(self, meta: Mapping[str, Any], context: HandlerContext) -> HandlerContext:
        """The context in which the children are loaded. What it raises is raised before any of them is."""
        return context if self.is_container else context.outermost


class Schema(ABC):
    """Says which schema a value has, before it is dumped. The type handlers of the schemas do the rest."""

    @abstractmethod
    def stamp(self, value: Any, at: Coordinate) -> tuple[Any, Json]:
        """The value to dump, and what its row says of its schema (``None``: nothing). It decides nothing at pull."""


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
    """A codec that also seals what describes the value, and small bodies that stay in the row.

    Its name on the wire is its own, and never one of a compression. Purging asks it for nothing.
    """

    @abstractmethod
    def seal(self, plaintext: bytes) -> dict[str, Json]:
        """``{"token": ..., "key_id": ...}``: both text; the id up to 128 printable ASCII characters, no blanks."""

    @abstractmethod
    def unseal(self, sealed: Mapping[str, Any]) -> bytes:
        """The plaintext of what `seal` gave. Raises `DecryptionError` for any other token, and quotes none."""


class KeyProvider(ABC):
    """Gives the Fernet keys, from a KMS or Vault for instance: **the first encrypts**, all decrypt.

    A new one is made whenever a process needs keys: for its first token, and, once a minute at most, for a token of a
    key that it does not have. Of what goes wrong only the type is told, because a message may quote a key; of an
    `XComToolkitError` the message as well, which quotes none.
    """

    @abstractmethod
    def keys(self) -> Sequence[str]:
        """At least one key, as ``Fernet.generate_key()`` makes them."""


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

    def url(self, reference: Reference) -> str | None:
        """Where the object is, as Airflow's ``ObjectStoragePath`` opens it; ``None`` if it has no URL.

        Raises `UntrustedReferenceError`.
        """
        return None

    def forget(self, reference: Reference) -> bool:
        """Drops what is kept of the object nearer than its store: it did not verify.

        Whether anything is kept nearer here, so that the bytes that `fetch` gives next may be others.
        """
        return False

    @abstractmethod
    def discard(self, reference: Reference) -> None:
        """Deletes the object, if it is there. Raises `StorageError` and `UntrustedReferenceError`."""


@dataclass(slots=True)
class Pulled:
    """A value, and whether its row was encrypted."""

    value: Any = field(repr=False)
    encrypted: bool = False


class Backend(ABC):
    """What a subclass of a backend overrides; each method is one of the class, and calls ``super()`` for the rest.

    It overrides these instead of Airflow's hooks, which differ between its versions: ``serialize_value``,
    ``deserialize_value``, ``store_value`` and ``load_value`` all lead to ``push`` and ``pull``. A class that overrides
    only the old or only the new ones of Airflow's hooks gets a `LegacyHooksWarning`.
    """

    @classmethod
    @abstractmethod
    def settings(cls) -> Settings:
        """The options. To fix some in code: ``dataclasses.replace(super().settings(), threshold=0)``.

        It is asked often, and gives the same each time. Raises `ConfigurationError`.
        """

    @classmethod
    @abstractmethod
    def pipeline(cls) -> Pipeline:
        """The stages, made of ``cls.settings()``. To replace one: ``dataclasses.replace(super().pipeline(), ...)``.

        What it gives is kept as long as the process lives, and used by several threads.
        """

    @classmethod
    @abstractmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        """The row of ``value``, often in a thread. What it raises fails the push, and the old row stands."""

    @classmethod
    @abstractmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        """The value of ``row``, or the wanted part of it. ``at``: whose XCom was asked for, where that is known.

        Of several values some are pulled ahead, in threads. What is ``encrypted`` is masked in logs as the outermost
        override gives it.
        """

    @classmethod
    @abstractmethod
    def describe_row(cls, row: Json, at: Coordinate | None = None) -> Description:
        """What ``row`` says of its value, for `reference`. No object is read, and ``pull`` is not called."""

    @classmethod
    @abstractmethod
    def open_row(cls, row: Json, at: Coordinate | None = None) -> AbstractContextManager[BinaryIO]:
        """The body of ``row`` as a file of plain bytes, for ``reference(...).open()``; ``pull`` is not called."""

    @classmethod
    @abstractmethod
    def purge(cls, xcom: Any, *args: Any) -> None:
        """Deletes what the row ``xcom.value`` refers to: Airflow's own hook, also for rows that were overwritten."""
