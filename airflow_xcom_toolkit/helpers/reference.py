"""An XCom without its value: ``reference(ti, "extract")`` reads the row, and no object before it is asked to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

from ..abc import Coordinate, Json, Part
from ..backends import configured
from ..description import Description, Location
from ..errors import XComNotFoundError
from ._calls import require_async


class XComReference:
    """What the row of an XCom says of its value, and the value once it is asked for.

    With encryption on, the row is opened with the key, and only for the XCom that was asked for.
    """

    def __init__(self, backend: Any, row: Json, at: Coordinate) -> None:
        self._backend = backend
        self._row = row
        self._at = at
        self._described: Description = backend.describe_row(row, at)

    def __repr__(self) -> str:
        kind = "encrypted" if self.encrypted else self.type
        size = "of a size that only its store knows" if self.size is None else f"{self.size:,} bytes"
        return f"<XComReference to {self._at}: {kind}, {size}>"

    @property
    def type(self) -> str:
        """The type id, such as ``pandas.dataframe@1``; ``json@1`` for JSON, ``foreign`` for another backend's value."""
        return self._described.type

    @property
    def summary(self) -> dict[str, Json]:
        """A few facts about the value, by its type: rows and columns, dtype and shape."""
        return dict(self._described.summary)

    @property
    def schema(self) -> Json:
        """Name and version of the value's schema, or ``None``."""
        return self._described.schema

    @property
    def size(self) -> int | None:
        """Bytes as stored: of the object, or of the row's JSON. ``None``: only the store of a foreign object knows."""
        return self._described.size

    @property
    def location(self) -> Location | None:
        """Where the object is: ``store``, ``key`` and ``url``. ``None`` for a value in its row."""
        return self._described.location

    @property
    def encrypted(self) -> bool:
        """Whether the row is encrypted, and the object with it."""
        return self._described.encrypted

    def load(self, *, columns: Sequence[Any] | None = None, rows: tuple[int | None, int | None] | None = None) -> Any:
        """The value, as ``xcom_pull`` gives it; what was decrypted is masked.

        With ``columns`` or ``rows`` (start, stop) the part that slicing gives of the value: of a DataFrame or an Arrow
        table, by rows of a numpy array. Its object is read and verified whole, but only the part is kept. Raises
        `PartialLoadError` for a value without such a part.
        """
        return self._backend.load_row(self._row, self._at, _part(columns, rows))

    async def aload(
        self, *, columns: Sequence[Any] | None = None, rows: tuple[int | None, int | None] | None = None
    ) -> Any:
        """`load` from async code: the storage work is done off the event loop."""
        return await self._backend.aload_row(self._row, self._at, _part(columns, rows))

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The value's bytes, decrypted and decompressed, as a file for a ``with`` block, read from front to back.

        Those of an ``.arrow``, ``.parquet``, ``.npy`` or ``.json`` file. They are verified when the block ends, which
        raises `IntegrityError` for others than were written. They are not masked.
        """
        return self._backend.open_row(self._row, self._at)  # type: ignore[no-any-return]


def reference(
    ti: Any,
    task_ids: str,
    key: str = "return_value",
    dag_id: str | None = None,
    run_id: str | None = None,
    map_indexes: int | None = None,
) -> XComReference:
    """The XCom that one task instance pushed, without its value. The dag and the run are by default those of ``ti``.

    ``map_indexes`` is the one index of a mapped task. Raises `XComNotFoundError` where there is no row, and
    `ConfigurationError` where the backend is not one of the toolkit's.
    """
    backend, at = configured(), _coordinate(ti, task_ids, key, dag_id, run_id, map_indexes)
    return _reference(backend, backend.get_row(**_asked(at)), at)


async def areference(
    ti: Any,
    task_ids: str,
    key: str = "return_value",
    dag_id: str | None = None,
    run_id: str | None = None,
    map_indexes: int | None = None,
) -> XComReference:
    """`reference` from async code, on Airflow 3.3 and newer."""
    require_async("areference")
    backend, at = configured(), _coordinate(ti, task_ids, key, dag_id, run_id, map_indexes)
    return await asyncio.to_thread(_reference, backend, await backend.aget_row(**_asked(at)), at)


def _coordinate(
    ti: Any, task_id: str, key: str, dag_id: str | None, run_id: str | None, map_index: int | None
) -> Coordinate:
    if not isinstance(task_id, str) or not isinstance(map_index, (int, type(None))):
        raise TypeError("A reference is to one XCom: task_ids takes one task id, and map_indexes one index")
    return Coordinate(dag_id or ti.dag_id, run_id or ti.run_id, task_id, map_index, key)


def _asked(at: Coordinate) -> dict[str, Any]:
    names = ("dag_id", "run_id", "task_id", "map_index", "key")
    return {name: getattr(at, name) for name in names}


def _reference(backend: Any, row: Json, at: Coordinate) -> XComReference:
    if row is None:
        raise XComNotFoundError(str(at))
    return XComReference(backend, row, at)


def _part(columns: Sequence[Any] | None, rows: tuple[int | None, int | None] | None) -> Part | None:
    return None if columns is None and rows is None else Part(columns, rows)
