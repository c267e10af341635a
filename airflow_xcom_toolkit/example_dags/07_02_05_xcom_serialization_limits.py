"""What an XCom cannot be: each limit of the default backend is tried for real, and so is what helps against it.

- `try_default` pushes and pulls eleven values with Airflow's default backend, and says of each whether it was kept,
  came back changed, or failed, where, and with what error.
- `try_workarounds` does the same with what such a value can be turned into: text, mostly.
- `try_toolkit` pushes and pulls the values themselves with the toolkit's backend.
- `exceed_a_limit` pushes 2 MB. Airflow has no limit for that, so the row has 2 MB; only the database has one (MariaDB
  16 MB and MySQL 64 MB as they are installed, PostgreSQL 256 MB), and every page and backup gets slower before. With
  `[xcom_toolkit] max_value_bytes`, here 1 MB, it is a `ValueTooLargeError` at push, and nothing is written.
- `write_report` shows the workaround for what is large: it writes a file and returns its path, which `count_lines`
  opens.

**Look for** the XComs of the three `try_` tasks, side by side. All tasks name the backend that they use, so it does
not matter which one is configured; the errors are caught, and the run succeeds.

**With Airflow's default backend** look at the silent ones: a list that is nested too deep is pushed without an error
and can never be pulled; on SQLite, `86.0` comes back as `86`, and a large integer as a float. PostgreSQL keeps both,
and refuses the character NUL, which SQLite keeps. **With the toolkit's** all are kept but the generator, which can be
read only once, so that no backend can keep it.

**Needs** a folder that all workers share, or a bucket, instead of the temporary one of `write_report`; and
`[common.io] xcom_objectstorage_path` (in the project's tests an S3 server) with `xcom_objectstorage_threshold = 4096`,
so that the toolkit's row of 2 MB takes 1 kB.
"""

from __future__ import annotations

import base64
import json
import tempfile
from dataclasses import replace
from typing import Any

from airflow.sdk import ObjectStoragePath, dag, task
from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.errors import ValueTooLargeError

LARGE = "x" * 2_000_000


class LimitedXCom(ToolkitXComBackend):
    """As the toolkit's backend is with ``max_value_bytes = 1000000`` in the configuration."""

    @classmethod
    def settings(cls) -> Any:
        return replace(super().settings(), max_value_bytes=1_000_000)


def nested(depth: int) -> list[Any]:
    return [nested(depth - 1)] if depth else []


def values() -> dict[str, Any]:
    return {
        "an integer of 70 bits": 2**70,
        "an integer of 64 bits": 2**63,
        "a whole float, alone": 86.0,
        "not a number": [1.5, float("nan")],
        "text with NUL": "left\0right",
        "half a surrogate pair": "\ud83d",
        "bytes": b"\x00\xff",
        "a list 250 deep": nested(250),
        "a dict with a key of Airflow's": {"__classname__": "shop.Order"},
        "a generator": (number for number in range(3)),
        "text of 2 MB": LARGE,
    }


def workarounds() -> dict[str, Any]:
    """What each can be turned into. `json.dumps` gives text, `json.loads` the value again."""
    return {
        "an integer of 70 bits": str(2**70),
        "an integer of 64 bits": str(2**63),
        "a whole float, alone": [86.0],
        "not a number": [1.5, None],
        "text with NUL": json.dumps("left\0right"),
        "half a surrogate pair": json.dumps("\ud83d"),
        "bytes": base64.b64encode(b"\x00\xff").decode(),
        "a list 250 deep": json.dumps(nested(250)),
        "a dict with a key of Airflow's": json.dumps({"__classname__": "shop.Order"}),
        "a generator": list(range(3)),
    }


def at(ti: Any, key: str = "tried") -> dict[str, Any]:
    return {"key": key, "dag_id": ti.dag_id, "task_id": ti.task_id, "run_id": ti.run_id}


def attempt(backend: type[BaseXCom], value: Any, ti: Any) -> str:
    """Pushes and pulls, for real; each attempt overwrites the one before."""
    try:
        backend.set(value=value, **at(ti))
    except Exception as error:
        return f"{type(error).__name__} at push"
    try:
        found = backend.get_one(**at(ti))
    except Exception as error:
        return f"{type(error).__name__} at pull"
    return "kept" if repr(found) == repr(value) else f"changed to {found!r:.40}"


def attempts(backend: type[BaseXCom], tried: dict[str, Any], ti: Any) -> dict[str, str]:
    found = {name: attempt(backend, value, ti) for name, value in tried.items()}
    backend.delete(**at(ti))
    return found


@task(multiple_outputs=False)
def try_default(ti: Any = None) -> dict[str, str]:
    return attempts(BaseXCom, values(), ti)


@task(multiple_outputs=False)
def try_workarounds(ti: Any = None) -> dict[str, str]:
    return attempts(BaseXCom, workarounds(), ti)


@task(multiple_outputs=False)
def try_toolkit(ti: Any = None) -> dict[str, str]:
    return attempts(ToolkitXComBackend, values(), ti)


@task(multiple_outputs=False)
def exceed_a_limit(ti: Any = None) -> dict[str, Any]:
    """Bytes in the database of 2 MB in both backends, and what a limit makes of them."""
    rows = {}
    for backend in (BaseXCom, ToolkitXComBackend):
        backend.set(value=LARGE, **at(ti, "large"))
        rows[backend.__name__] = len(json.dumps(ToolkitXComBackend.get_row(**at(ti, "large"))))
    try:
        LimitedXCom.set(value=LARGE, **at(ti, "too large"))
    except ValueTooLargeError as error:
        return {"rows": rows, "refused": type(error).__name__, "size": error.size, "limit": error.limit}
    raise AssertionError("2 MB are more than the limit")


@task
def write_report() -> ObjectStoragePath:
    """Airflow knows how to write a path into a row: it is a few bytes, however large the file is."""
    path = ObjectStoragePath(f"file://{tempfile.mkdtemp(prefix='shop-')}/report.csv")
    path.write_text("".join(f"{number},shoes\n" for number in range(200_000)))
    return path


@task
def count_lines(path: ObjectStoragePath) -> int:
    count = len(path.read_text().splitlines())
    path.unlink()
    return count


@dag(
    "07_02_05_xcom_serialization_limits",
    schedule=None,
    tags=["reference", "core", "beginner", "success"],
    doc_md=__doc__,
)
def xcom_serialization_limits() -> None:
    try_default()
    try_workarounds()
    try_toolkit()
    exceed_a_limit()
    count_lines(write_report())


xcom_serialization_limits()
