"""What the toolkit costs where it has nothing to do: small JSON, and the import that each task process does."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from time import perf_counter
from types import SimpleNamespace
from typing import Any

from .context import Bench
from .measuring import Way
from .results import LeftOut, Line

VALUE = {"path": "s3://acme/orders/2026-01-01.parquet", "rows": 123_456, "ok": True, "mean": 12.5, "by": "etl"}
"""100 bytes of JSON."""

BASE = "BaseXCom"
STOCK_IMPORT, TOOLKIT_IMPORT, BEYOND = "stock backend", "toolkit", "toolkit, beyond the stock backend"
MOST_BY_CALL = 1.5
MOST_BY_IMPORT = 0.030
HEAVY = ("numpy", "pandas", "pyarrow", "polars")


def run(bench: Bench) -> Iterator[Line | LeftOut]:
    yield from _calls(bench)
    yield from _imports(bench)


def _calls(bench: Bench) -> Iterator[Line]:
    from airflow.sdk.bases.xcom import BaseXCom

    at = bench.space.at("small")
    named = {part: getattr(at, part) for part in ("key", "task_id", "dag_id", "run_id", "map_index")}
    backends: dict[str, Any] = {BASE: BaseXCom, "toolkit": bench.deployment.plain()}
    if bench.deployment.pipeline().encryption is not None:
        backends["toolkit, as configured"] = bench.deployment.backend
    for work, way_of in (("push, JSON of 100 bytes", _push), ("pull, JSON of 100 bytes", _pull)):
        ways = [
            way_of(name, backend, named, 100 if bench.options.quick else 2000) for name, backend in backends.items()
        ]
        yield from bench.compare(work, ways, 2 * bench.options.repeat)


def _push(name: str, backend: Any, named: dict[str, Any], loops: int) -> Way:
    def call() -> Any:
        for _ in range(loops):
            row = backend.serialize_value(VALUE, **named)
        return row

    return _against_base(name, call, loops)


def _pull(name: str, backend: Any, named: dict[str, Any], loops: int) -> Way:
    stored = SimpleNamespace(value=backend.serialize_value(VALUE, **named))

    def call() -> Any:
        for _ in range(loops):
            value = backend.deserialize_value(stored)
        assert value == VALUE
        return value

    return _against_base(name, call, loops)


def _against_base(name: str, call: Any, loops: int) -> Way:
    most = MOST_BY_CALL if name == "toolkit" else None
    return Way(name, call, against=None if name == BASE else BASE, most=most, loops=loops)


# The import -----------------------------------------------------------------------------------------------------------

_MODULES = {
    STOCK_IMPORT: "airflow.providers.common.io.xcom.backend",
    TOOLKIT_IMPORT: "airflow_xcom_toolkit.backends",
}


def _imports(bench: Bench) -> Iterator[Line | LeftOut]:
    if not hasattr(os, "fork"):
        yield LeftOut("the import of the backend", "this system cannot fork, which is how a task process starts")
        return
    bench.say("importing the backend in a task process")
    found: dict[str, list[float]] = {name: [] for name in _MODULES}
    heavy: set[str] = set()
    environment = {"AIRFLOW__CORE__XCOM_BACKEND": "airflow.sdk.bases.xcom.BaseXCom"}
    for message in bench.alone("small:import_times", environment, repeat=2 * bench.options.repeat):
        found[message["name"]].append(message["seconds"])
        heavy.update(message["heavy"])
    work = "import in a task process"
    for name, samples in found.items():
        yield Line(work, name, tuple(samples), note=f"loads {', '.join(sorted(heavy))}" if heavy else "")
    beyond = tuple(ours - stock for ours, stock in zip(found[TOOLKIT_IMPORT], found[STOCK_IMPORT]))
    yield Line(work, BEYOND, beyond, most=MOST_BY_IMPORT)


def import_times(repeat: int, **where: Any) -> Iterator[dict[str, Any]]:
    """In a process that has imported what a supervisor has: each import in a fork of its own, as a task's."""
    import_module("airflow.sdk.execution_time.task_runner")
    for number in range(repeat + 1):
        for name, module in _MODULES.items():
            seconds, heavy = _in_a_fork(module)
            if number:  # What the first reads may not be in memory yet.
                yield {"name": name, "seconds": seconds, "heavy": heavy}


def _in_a_fork(module: str) -> tuple[float, list[str]]:
    found, given = os.pipe()
    child = os.fork()
    if not child:
        before = set(sys.modules)
        start = perf_counter()
        import_module(module)
        seconds = perf_counter() - start
        heavy = [name for name in HEAVY if name in sys.modules and name not in before]
        os.write(given, f"{seconds} {','.join(heavy)}".encode())
        os._exit(0)
    os.close(given)
    with open(found, encoding="utf-8") as answer:
        seconds_text, _, heavy_text = answer.read().partition(" ")
    os.waitpid(child, 0)
    return float(seconds_text), [name for name in heavy_text.split(",") if name]
