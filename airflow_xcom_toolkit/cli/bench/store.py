"""The way to the store and back, against what the store's own libraries do with the same bytes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from .context import Bench
from .measuring import Way
from .results import LeftOut, Line
from .subjects import Toolkit
from .values import float_array

ARRAY_MB = 200
MOST = 1.2
"""The goal, on S3: times as long as the better of the libraries."""

FSSPEC, BOTO3, BETTER = "fsspec alone", "boto3's transfer manager", "the better library"


@dataclass(frozen=True)
class _Library:
    """How a library alone sends bytes to a path of the store, and gets them."""

    name: str
    put: Callable[[str, bytes], Any]
    get: Callable[[str], Any]


def run(bench: Bench) -> Iterator[Line | LeftOut]:
    if not bench.deployment.offloads:
        yield LeftOut("the store", f"{bench.deployment.name} keeps every value in its row")
        return
    libraries = [_fsspec(bench)]
    if bench.deployment.scheme in ("s3", "s3a"):
        if find_spec("airflow.providers.amazon") and find_spec("boto3"):
            libraries.append(_boto3(bench))
        else:
            yield LeftOut(BOTO3, "the amazon provider is not installed: pip install 'airflow-xcom-toolkit[s3]'")
    else:
        yield LeftOut(BOTO3, f"the store is {bench.deployment.scheme}, not s3")
    megabytes = bench.options.megabytes(ARRAY_MB)
    value = float_array(megabytes)
    data = value.tobytes()
    toolkit = Toolkit("toolkit, plain", bench.space, bench.deployment.plain())
    yield from _push(bench, f"push, {megabytes} MB", toolkit, value, libraries, data)
    yield from _pull(bench, f"pull, {megabytes} MB", toolkit, value, libraries, data)


def _push(bench: Bench, work: str, toolkit: Toolkit, value: Any, libraries: list[_Library], data: bytes) -> list[Line]:
    ways = [
        *(Way(library.name, _putting(bench, library, data), after=bench.space.drop) for library in libraries),
        Way(toolkit.name, lambda: toolkit.push(value), after=toolkit.purge),
    ]
    return _with_the_better(bench, bench.compare(work, ways))


def _pull(bench: Bench, work: str, toolkit: Toolkit, value: Any, libraries: list[_Library], data: bytes) -> list[Line]:
    path, row = bench.space.file(), toolkit.push(value)
    libraries[0].put(path, data)
    ways = [
        *(Way(library.name, _getting(library, path), _checking(library, data)) for library in libraries),
        Way(toolkit.name, lambda: toolkit.pull(row), lambda pulled: toolkit.check(value, pulled)),
    ]
    try:
        return _with_the_better(bench, bench.compare(work, ways))
    finally:
        toolkit.purge(row)
        bench.space.drop(path)


def _putting(bench: Bench, library: _Library, data: bytes) -> Callable[[], str]:
    def put() -> str:
        path = bench.space.file()
        library.put(path, data)
        return path

    return put


def _getting(library: _Library, path: str) -> Callable[[], Any]:
    return lambda: library.get(path)


def _checking(library: _Library, data: bytes) -> Callable[[Any], str | None]:
    return lambda found: None if bytes(found) == data else f"{library.name} gave other bytes"


def _with_the_better(bench: Bench, lines: list[Line]) -> list[Line]:
    """The lines, and that of the library that was quicker, which the toolkit is compared with."""
    *libraries, toolkit = lines
    better = min(libraries, key=lambda line: line.best or 0)
    goal = bench.goal(MOST if bench.deployment.scheme in ("s3", "s3a") else None)
    compared = Line(toolkit.work, toolkit.way, toolkit.samples, against=better.way, most=goal, note=toolkit.note)
    return [*libraries, compared]


def _fsspec(bench: Bench) -> _Library:
    fs = bench.space.fs
    return _Library(FSSPEC, fs.pipe_file, fs.cat_file)


def _boto3(bench: Bench) -> _Library:
    """By the connection of the store."""
    from airflow.providers.amazon.aws.hooks.s3 import S3Hook

    client = S3Hook(aws_conn_id=bench.deployment.store.conn_id).get_conn()

    def put(path: str, data: bytes) -> None:
        bucket, _, key = path.partition("/")
        client.upload_fileobj(io.BytesIO(data), bucket, key)

    def get(path: str) -> Any:
        bucket, _, key = path.partition("/")
        found = io.BytesIO()
        client.download_fileobj(bucket, key, found)
        return found.getbuffer()

    return _Library(BOTO3, put, get)
