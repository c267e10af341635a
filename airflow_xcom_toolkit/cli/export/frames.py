"""Frames as Parquet and Arrow files, read back before they count: every cell, label and dtype is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from .formats import DoesNotFitError, Writer


def write_arrow(suffix: str) -> Writer:
    """Of an Arrow table: each column of the file has the very type, and the schema its metadata."""

    def write(table: Any, file: BinaryIO) -> None:
        _exactly(lambda: _write_table(table, suffix, file))
        schema = _read_table(suffix, file).schema
        if not schema.equals(table.schema, check_metadata=True):
            raise DoesNotFitError(f"types are lost: {_differing(table.schema, schema)}")

    return write


def write_pandas(suffix: str) -> Writer:
    """Of a pandas DataFrame, as pandas itself reads it."""

    def write(frame: Any, file: BinaryIO) -> None:
        import pandas as pd
        import pyarrow as pa

        table = _exactly(lambda: pa.Table.from_pandas(frame))
        _exactly(lambda: _write_table(table, suffix, file))
        back = _exactly(lambda: _read_table(suffix, file).to_pandas())
        try:
            pd.testing.assert_frame_equal(frame, back, check_exact=True, check_freq=False, check_index_type=True)
            _check_objects(frame, back)
        except AssertionError:
            raise DoesNotFitError(f"pandas reads another frame back: {_columns(frame, back)}") from None
        if dict(frame.attrs) != dict(back.attrs):
            raise DoesNotFitError("its attrs are lost")

    return write


def write_polars(suffix: str) -> Writer:
    """Of a polars DataFrame, as polars itself reads it."""

    def write(frame: Any, file: BinaryIO) -> None:
        import polars

        writing, reading = (
            (frame.write_parquet, polars.read_parquet) if suffix == ".parquet" else (frame.write_ipc, polars.read_ipc)
        )
        _exactly(lambda: writing(file))
        file.seek(0)
        back = _exactly(lambda: reading(file))
        file.seek(0, 2)
        if back.schema != frame.schema or not frame.equals(back):
            raise DoesNotFitError("polars reads another frame back")

    return write


def _write_table(table: Any, suffix: str, file: BinaryIO) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if suffix == ".parquet":
        return pq.write_table(table, file)  # type: ignore[no-any-return]
    with pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _read_table(suffix: str, file: BinaryIO) -> Any:
    """What is in the file, which is left at its end."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file.seek(0)
    found = pq.read_table(file) if suffix == ".parquet" else pa.ipc.open_file(file).read_all()
    file.seek(0, 2)
    return found


def _exactly(call: Callable[[], Any]) -> Any:
    """What ``call`` gives. What a library cannot write it says in its own way, and may quote the value."""
    try:
        return call()
    except MemoryError:
        raise
    except Exception as e:
        raise DoesNotFitError(f"the library refuses it ({type(e).__name__})") from e


def _differing(wanted: Any, found: Any) -> str:
    kept = {(field.name, field.type, field.nullable) for field in found}
    names = [field.name for field in wanted if (field.name, field.type, field.nullable) not in kept]
    return f"columns {', '.join(map(repr, names[:5]))}" if names else "metadata of the schema"


def _check_objects(frame: Any, back: Any) -> None:
    """What pandas takes for equal may be of another type, or another decimal."""
    for number, dtype in enumerate(frame.dtypes):
        if dtype.kind == "O":
            for one, other in zip(frame.iloc[:, number], back.iloc[:, number]):
                if type(one) is not type(other) or repr(one) != repr(other):
                    raise AssertionError


def _columns(frame: Any, back: Any) -> str:
    """Which columns: those of another dtype, or else any."""
    if list(frame.columns) != list(back.columns) or not frame.columns.is_unique:
        return "other column labels"
    names = [name for name in frame.columns if frame[name].dtype != back[name].dtype]
    shown = ", ".join(f"{name!r}, {frame[name].dtype} becomes {back[name].dtype}" for name in names[:5])
    return shown or "other values, or another index"
