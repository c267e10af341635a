"""Rows and objects as an attacker would write them: with pickles that do something, and names of classes to import."""

from __future__ import annotations

import base64
import copy
import gzip
import hashlib
import io
import json
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from ...abc import Json

# Unpickling, noticed ------------------------------------------------------------------------------------------------

_noting: list[list[str]] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _noting and event == "pickle.find_class":
        _noting[-1].append(f"pickle looks up {arguments[0]}.{arguments[1]}")


@contextmanager
def noting_unpickling(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is unpickled within the block, by whichever library, in whichever thread."""
    _watch()
    found: list[str] = []
    with monkeypatch.context() as patch:
        for name in ("load", "loads"):
            patch.setattr(pickle, name, _noted(getattr(pickle, name), f"pickle.{name} is called", found))
        patch.setattr(pickle, "Unpickler", _noting_class(found))
        _noting.append(found)
        try:
            yield found
        finally:
            _noting.remove(found)


def _watch() -> None:
    """Audit hooks cannot be removed: there is one, from the first call on, and it is idle otherwise."""
    if not getattr(_watch, "done", False):
        sys.addaudithook(_audit)
        _watch.done = True  # type: ignore[attr-defined]


def _noted(function: Callable[..., Any], what: str, found: list[str]) -> Callable[..., Any]:
    def noted(*args: Any, **kwargs: Any) -> Any:
        found.append(what)
        return function(*args, **kwargs)

    return noted


def _noting_class(found: list[str]) -> type:
    class Unpickler(pickle.Unpickler):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            found.append("pickle.Unpickler is used")
            super().__init__(*args, **kwargs)

    return Unpickler


# Bombs --------------------------------------------------------------------------------------------------------------


class Bomb:
    """Makes a folder when it is unpickled."""

    def __init__(self, flag: Path) -> None:
        self.flag = flag

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.flag),)


def _npy(flag: Path) -> bytes:
    import numpy as np

    file = io.BytesIO()
    np.save(file, np.array([Bomb(flag)], dtype=object), allow_pickle=True)
    return file.getvalue()


def _npz(flag: Path) -> bytes:
    import numpy as np

    file = io.BytesIO()
    np.savez(file, arr_0=np.array([Bomb(flag)], dtype=object))
    return file.getvalue()


def _arrow_table(flag: Path) -> Any:
    """With a column of the extension type whose metadata pyarrow once unpickled (CVE-2023-47248)."""
    import pyarrow as pa

    metadata = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": pickle.dumps(Bomb(flag)),
    }
    schema = pa.schema([pa.field("a", pa.int64(), metadata=metadata)], metadata={b"pandas": pickle.dumps(Bomb(flag))})
    return pa.Table.from_arrays([pa.array([1, 2])], schema=schema)


def _arrow(flag: Path) -> bytes:
    import pyarrow as pa

    table, file = _arrow_table(flag), io.BytesIO()
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


def _arrow_file(flag: Path) -> bytes:
    import pyarrow as pa

    table, file = _arrow_table(flag), io.BytesIO()
    with pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


def _parquet(flag: Path) -> bytes:
    from pyarrow import parquet

    file = io.BytesIO()
    parquet.write_table(_arrow_table(flag), file)
    return file.getvalue()


def _pickled(flag: Path) -> bytes:
    return pickle.dumps(Bomb(flag))


BOMBS: Mapping[str, tuple[Callable[[Path], bytes], str]] = {
    "a pickle": (_pickled, ""),
    "a pickle of an old protocol": (lambda flag: pickle.dumps(Bomb(flag), protocol=0), ""),
    "a pickle in gzip": (lambda flag: gzip.compress(_pickled(flag)), ""),
    "a pickle in base64": (lambda flag: base64.b64encode(_pickled(flag)), ""),
    "an array of objects": (_npy, "numpy"),
    "an archive of arrays": (_npz, "numpy"),
    "an arrow stream": (_arrow, "pyarrow"),
    "an arrow file": (_arrow_file, "pyarrow"),
    "a parquet file": (_parquet, "pyarrow"),
}
"""Name → what makes the bytes that make a folder when they are unpickled, and the library that it needs."""


# Changing what is stored, so that it fits ---------------------------------------------------------------------------

Objects = Mapping[str, bytes]


def with_objects(row: Json, objects: Objects, forged: Objects) -> Json:
    """The row, where it has the size or the SHA-256 of an object, with that of the one in its place."""
    for key, data in objects.items():
        row = _replaced(row, _fits(data), _fits(forged[key]))
    return row


def _fits(data: bytes) -> tuple[int, str, str]:
    digest = hashlib.sha256(data)
    return len(data), digest.hexdigest(), base64.b64encode(digest.digest()).decode()


def _replaced(row: Json, old: tuple[Any, ...], new: tuple[Any, ...]) -> Any:
    """The row with other leaves."""
    if isinstance(row, dict):
        return {key: _replaced(item, old, new) for key, item in row.items()}
    if isinstance(row, list):
        return [_replaced(item, old, new) for item in row]
    return new[old.index(row)] if type(row) in (int, str) and row in old else row


def with_bytes_in_row(row: Json, forged: bytes) -> Iterator[Json]:
    """The row, with each of its strings that is base64 or hex replaced by that of other bytes."""
    for path, text in _texts(row):
        for decode, encode in ((bytes.fromhex, bytes.hex), (_unbase64, _base64)):
            try:
                decode(text)
            except ValueError:
                continue
            changed = {"row": copy.deepcopy(row)}
            holder: Any = changed
            for step in ("row", *path)[:-1]:
                holder = holder[step]
            holder[("row", *path)[-1]] = encode(forged)
            yield changed["row"]


def _unbase64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _texts(row: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(row, str):
        if len(row) >= 8:
            yield path, row
    elif isinstance(row, (dict, list)):
        for step, item in row.items() if isinstance(row, dict) else enumerate(row):
            yield from _texts(item, (*path, step))


# Classes to import --------------------------------------------------------------------------------------------------

CLASS = "Record"

_BAIT = f"""
class {CLASS}:
    def __init__(self, *args, **kwargs):
        pass

    def deserialize(*args):
        return "bait"
"""


@contextmanager
def bait(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a module that anybody may import, and nobody has."""
    name = f"bait_{uuid4().hex[:20]}"
    (folder / f"{name}.py").write_text(_BAIT)
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(folder))
        try:
            yield name
        finally:
            sys.modules.pop(name, None)


def renamed(row: Json, old: str, new: str) -> Json:
    """The row with another name in its texts."""
    return cast(Json, json.loads(json.dumps(row).replace(old, new)))


def rows_naming(module: str) -> dict[str, Json]:
    """Rows that name a class of a module, as the usual libraries write them."""
    dotted = f"{module}.{CLASS}"
    yaml = f"!!python/object/new:{dotted} {{}}"
    return {
        "Airflow's serde": {"__classname__": dotted, "__version__": 1, "__data__": {}},
        "Airflow's serde, inside of a list": [{"__classname__": dotted, "__version__": 1, "__data__": {}}],
        "Airflow's serde, inside of a tuple": {
            "__classname__": "builtins.tuple",
            "__version__": 1,
            "__data__": [{"__classname__": dotted, "__version__": 1, "__data__": {}}],
        },
        "Airflow's older serialization": {"__type": dotted, "__source": dotted, "__var": {}},
        "jsonpickle": {"py/object": dotted},
        "jsonpickle, a function": {"py/reduce": [{"py/type": dotted}, {"py/tuple": []}]},
        "YAML": yaml,
        "a pickle in base64": _base64(f"c{module}\n{CLASS}\n)R.".encode()),
        "a pickle in hex": f"c{module}\n{CLASS}\n)R.".encode().hex(),
        "the toolkit's": {
            "__classname__": "airflow_xcom_toolkit.Envelope",
            "__version__": 1,
            "__data__": {
                **{"type": "class.dataclass@1", "summary": {}, "schema": None, "codecs": [], "body": None},
                "tree": json.dumps({"~": "class.dataclass@1", "class": f"{module}:{CLASS}", "fields": [], "of": []}),
            },
        },
    }
