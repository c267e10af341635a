"""One value pulled many times, with the read cache on and off; and many values, one by one and at once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .context import Bench
from .measuring import Way
from .options import MB
from .results import LeftOut, Line
from .subjects import Toolkit
from .values import float_array

ARRAY_MB = 100
PULLS = 20
FULL_PULLS = 200

VALUES = 200
FULL_VALUES = 1000
VALUE_MB = 0.5

WITHOUT, WITH = "without the read cache", "with the read cache"
ONE_BY_ONE, AT_ONCE = "one after another", "at once, as get_all does"


def run(bench: Bench) -> Iterator[Line | LeftOut]:
    if not bench.deployment.offloads:
        yield LeftOut("fan-out", f"{bench.deployment.name} keeps every value in its row")
        return
    if bench.space.is_local:
        yield LeftOut("the read cache", "the store is local files, of which it makes no copies")
    else:
        yield from _read_cache(bench)
    yield from _many(bench)


def _read_cache(bench: Bench) -> Iterator[Line | LeftOut]:
    megabytes = bench.options.megabytes(ARRAY_MB)
    pulls = FULL_PULLS if bench.options.full else 3 if bench.options.quick else PULLS
    value = float_array(megabytes)
    with tempfile.TemporaryDirectory(prefix="xcom-bench-") as folder:
        backends = {
            WITHOUT: bench.deployment.with_settings(cache_dir=""),
            WITH: bench.deployment.with_settings(cache_dir=folder, cache_max_bytes=4 * megabytes * MB),
        }
        toolkits = {name: Toolkit(name, bench.space, backend) for name, backend in backends.items()}
        row = toolkits[WITHOUT].push(value)
        try:
            yield from _pulled(bench, f"{pulls} pulls of the same {megabytes} MB", toolkits, row, value, pulls)
        finally:
            toolkits[WITHOUT].purge(row)
    if not bench.options.full:
        yield LeftOut(f"{FULL_PULLS} pulls of one value", "they take long; --full measures them")


def _pulled(
    bench: Bench, work: str, toolkits: dict[str, Toolkit], row: Any, value: Any, pulls: int
) -> Iterator[Line | LeftOut]:
    fetched: list[Line] = []

    def way(toolkit: Toolkit, against: str | None) -> Way:
        def call() -> Any:
            with _fetching(bench.space.fs) as sizes:
                for _ in range(pulls):
                    pulled = toolkit.pull(row)
            fetched.append(Line(f"bytes fetched for {work}", toolkit.name, (sum(sizes),), "B", against=against))
            return pulled

        return Way(toolkit.name, call, lambda pulled: toolkit.check(value, pulled), against=against, cold=True)

    yield from bench.compare(work, [way(toolkits[WITHOUT], None), way(toolkits[WITH], WITHOUT)], 1)
    if fetched[0].best or fetched[1].best:
        yield from fetched
    else:
        yield LeftOut("bytes fetched", "objects of this store are read in a way that is not counted here")


@contextmanager
def _fetching(fs: Any) -> Iterator[list[int]]:
    """The sizes of what is fetched by the store's library."""
    sizes: list[int] = []
    original = fs.cat_file

    def counting(*args: Any, **kwargs: Any) -> Any:
        found = original(*args, **kwargs)
        sizes.append(len(found))
        return found

    fs.cat_file = counting
    try:
        yield sizes
    finally:
        fs.cat_file = original


def _many(bench: Bench) -> Iterator[Line | LeftOut]:
    """What a task does that takes the values of all instances of a mapped one; the rows are here already."""
    count = FULL_VALUES if bench.options.full else 10 if bench.options.quick else VALUES
    backend = bench.deployment.with_settings(cache_dir="")
    toolkit = Toolkit("toolkit", bench.space, backend)
    value, at = float_array(VALUE_MB), bench.space.at("toolkit")
    bench.say(f"pushing {count} values")
    rows = [toolkit.push(value) for _ in range(count)]

    def check(pulled: list[Any]) -> str | None:
        return toolkit.check([value] * count, pulled)

    ways = [
        Way(ONE_BY_ONE, lambda: [toolkit.pull(row) for row in rows], check),
        Way(AT_ONCE, lambda: list(backend.load_rows((row, at) for row in rows)), check, against=ONE_BY_ONE),
    ]
    try:
        yield from bench.compare(f"pull {count:,} values of {VALUE_MB} MB", ways, min(2, bench.options.repeat))
    finally:
        for row in rows:
            toolkit.purge(row)
    if not bench.options.full:
        yield LeftOut(f"{FULL_VALUES:,} values", "they take long; --full measures them")
