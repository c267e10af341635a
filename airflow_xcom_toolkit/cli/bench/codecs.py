"""When which compression wins: measured on data of many kinds, then reckoned for stores of several speeds.

What is measured does not depend on a store: seconds to compress and to decompress, and how many bytes are left. A push
compresses while it sends, and a pull decompresses while it fetches; so each takes as long as the slower of its two.

The seconds are the processor's, shared between the threads that compress: so what else the machine does is not in them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from time import process_time
from typing import TYPE_CHECKING, Any

from ...abc import Sink
from ...compression import Compression, Draft, Method
from ...compression.methods import FastZstd, is_installed
from ...streams import ByteSink, ByteSource
from .bodies import BODIES, body
from .results import LeftOut, Line

if TYPE_CHECKING:
    from .context import Bench

SPEEDS = (50, 200, 1000)
"""Of a store, in MB a second."""
NONE, AUTO = "none", "auto"
_CHUNK = 1 << 20
_SLOW, _SLOW_PART = frozenset({"gzip"}), 20
MB = 1_000_000


@dataclass(frozen=True)
class Tried:
    """What one compression made of the bytes of one kind. ``picked``: the method that it used."""

    data: str
    way: str
    picked: str
    size: int
    stored: int
    compress: float
    decompress: float

    @property
    def part(self) -> float:
        """What is left of each byte."""
        return self.stored / self.size

    def push(self, speed: int) -> float:
        """Seconds, to a store that takes ``speed`` MB in each."""
        return max(self.compress, self.stored / speed / MB)

    def pull(self, speed: int) -> float:
        return max(self.decompress, self.stored / speed / MB)

    def both(self, speed: int) -> float:
        """To push it, and pull it once."""
        return self.push(speed) + self.pull(speed)


@dataclass(frozen=True)
class Table:
    """What was tried, of each kind of data in each way."""

    tried: tuple[Tried, ...]

    def of(self, data: str) -> dict[str, Tried]:
        """By way."""
        return {one.way: one for one in self.tried if one.data == data}

    @property
    def data(self) -> list[str]:
        return list(dict.fromkeys(one.data for one in self.tried))

    def best(self, data: str, speed: int) -> Tried:
        """Of the ways that are fixed."""
        fixed = [one for way, one in self.of(data).items() if way != AUTO]
        return min(fixed, key=lambda one: one.both(speed))

    def behind(self, data: str, speed: int) -> float:
        """How many times as long as the best of the fixed ways ``auto`` takes."""
        return self.of(data)[AUTO].both(speed) / self.best(data, speed).both(speed)

    def to_json(self) -> dict[str, Any]:
        return {"speeds": list(SPEEDS), "tried": [asdict(one) for one in self.tried]}


def ways() -> dict[str, Callable[[Draft], Method]]:
    """What can be chosen by the option, and zstd at the level of ``auto``. Those that are installed."""
    found: dict[str, Callable[[Draft], Method]] = {NONE: lambda draft: Method(None)}
    if is_installed("lz4"):
        found["lz4"] = lambda draft: Method("lz4")
    if is_installed("zstd"):
        found["zstd, level 1"] = lambda draft: FastZstd(draft.size)
        found["zstd"] = lambda draft: Compression("zstd").chosen(lambda: draft, secret=False)
    found["gzip"] = lambda draft: Method("gzip")
    if is_installed("lz4") or is_installed("zstd"):
        automatic = Compression(AUTO)
        found[AUTO] = lambda draft: automatic.chosen(lambda: draft, secret=False)
    return found


def measure(*, size: int = 20 * MB, repeat: int = 3, say: Callable[[str], None] = lambda what: None) -> Table:
    """Some 30 seconds at this size. The ways take turns, and the best time of each counts.

    Slow ways are given the first twentieth of the data, once.
    """
    return Table(tuple(one for name in BODIES for one in _tried(name, size, repeat, say)))


def _tried(name: str, size: int, repeat: int, say: Callable[[str], None]) -> Iterator[Tried]:
    data = body(name, size)
    found: dict[str, Tried] = {}
    for turn in range(repeat):
        for way, choose in ways().items():
            if turn == 0 or way not in _SLOW:
                say(f"{name}: {way}")
                one = _part(name, way, choose, data) if way in _SLOW else _try(name, way, choose, data)
                found[way] = _best(found[way], one) if way in found else one
    yield from found.values()


def _try(name: str, way: str, choose: Callable[[Draft], Method], data: bytes) -> Tried:
    sink = ByteSink()
    start = process_time()
    method = choose(Draft(lambda sink: _write(data, sink), len(data)))
    chosen = process_time()
    _encode(method, data, sink)
    done = process_time()
    _decode(method, sink.data, len(data))
    decompress = process_time() - done
    compress = chosen - start + (done - chosen) / min(method.threads, os.cpu_count() or 1)
    return Tried(name, way, method.name or NONE, len(data), len(sink.data), compress, decompress)


def _part(name: str, way: str, choose: Callable[[Draft], Method], data: bytes) -> Tried:
    """As if the rest took as long, and shrank as much, as the part."""
    one = _try(name, way, choose, data[: len(data) // _SLOW_PART])
    rest = len(data) / one.size
    times = {"compress": one.compress * rest, "decompress": one.decompress * rest}
    return Tried(**{**asdict(one), **times, "size": len(data), "stored": round(one.stored * rest)})


def _best(one: Tried, other: Tried) -> Tried:
    compress, decompress = min(one.compress, other.compress), min(one.decompress, other.decompress)
    return Tried(**{**asdict(other), "compress": compress, "decompress": decompress})


def _encode(method: Method, data: bytes, sink: Sink) -> None:
    if method.name is None:
        return _write(data, sink)
    encoder, _ = method.encode(sink, b"")
    _write(data, encoder)
    encoder.close()


def _write(data: bytes, sink: Sink) -> None:
    """In pieces, as the type handlers do."""
    view = memoryview(data)
    for at in range(0, len(view), _CHUNK):
        sink.write(view[at : at + _CHUNK])


def _decode(method: Method, stored: bytearray, size: int) -> None:
    source = ByteSource(stored)
    decoder = source if method.name is None else method.decode(source, {"name": method.name}, b"")
    buffer = bytearray(_CHUNK)
    while size > 0:
        size -= decoder.readinto(buffer) or size + 1
    assert size == 0


def run(bench: Bench) -> Iterator[Line | LeftOut]:
    """The suite: seconds to push and pull data of each kind, without compression and with ``auto``."""
    if AUTO not in ways():
        yield LeftOut("compression", "neither zstandard nor lz4 is installed: pip install 'airflow-xcom-toolkit[zstd]'")
        return
    size = int(bench.options.megabytes(20) * MB)
    table = measure(size=size, repeat=min(bench.options.repeat, 3), say=bench.say)
    for speed in SPEEDS:
        for data in table.data:
            of, work = table.of(data), f"{data}, {speed} MB/s"
            yield Line(work, NONE, (of[NONE].both(speed),))
            yield Line(work, AUTO, (of[AUTO].both(speed),), against=NONE, note=_note(table, data, speed))


def _note(table: Table, data: str, speed: int) -> str:
    auto, best = table.of(data)[AUTO], table.best(data, speed)
    return f"{auto.picked}, {auto.part:.0%} left; best: {best.way}, {best.both(speed):.2f} s"
