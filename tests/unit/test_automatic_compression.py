"""``auto``: the compression that pays for a value, or none; and what is written is what the row says."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fsspec
import numpy as np
import pandas as pd
import pytest
from fsspec.compression import compr

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.abc import Dumped, HandlerContext, Leaf, Part, Sink, Source, TypeHandler
from airflow_xcom_toolkit.compression import Compression, Draft
from airflow_xcom_toolkit.compression.sample import PIECE, spans
from airflow_xcom_toolkit.errors import ConfigurationError, ValueTooLargeError
from airflow_xcom_toolkit.handlers._python import HANDLERS as PYTHON
from airflow_xcom_toolkit.registry import HandlerRegistry
from tests.pipelines import AT, KEY, objects, pipeline
from tests.unit.conftest import SetOptions

RNG = np.random.default_rng(0)
MB = 1 << 20
NOISE = RNG.bytes(6 * MB)
TEXT = " ".join(np.array(["alpha", "beta", "gamma", "delta", "a longer text"])[RNG.integers(0, 5, MB)]).encode()
ROWS = 200_000
FRAME = pd.DataFrame({"n": RNG.integers(0, 1000, ROWS), "f": RNG.random(ROWS), "s": ["some", "text"] * (ROWS // 2)})
VALUES: dict[str, tuple[Any, list[str], str]] = {
    "text": (TEXT, ["zstd"], ".bin.zst"),
    "little text": (TEXT[:3000], ["zstd"], ".bin.zst"),
    "zeros": (np.zeros(MB), ["lz4"], ".npy.lz4"),
    "noise": (NOISE, [], ".bin"),
    "random floats": (RNG.random(MB), [], ".npy"),
    "a frame": (FRAME, ["zstd"], ".arrow.zst"),
    "a frame of random floats": (pd.DataFrame(RNG.random((ROWS, 4))), [], ".arrow"),
    "JSON": ([{"id": i, "name": "somebody"} for i in range(5000)], ["zstd"], ".json.zst"),
    "many parts": ([(i, TEXT[i * 5000 : i * 5000 + 5000]) for i in range(200)], ["zstd"], ".bin.zst"),
    "nothing": (b"", [], ".json"),
}
MIXED = {
    "shrinks, then does not": bytes(4 * MB) + NOISE,
    "does not shrink, then does": NOISE + TEXT,
    "text, then noise": TEXT[: 2 * MB] + NOISE,
    "noise, then text among it": b"".join(NOISE[i : i + 8192] + TEXT[i : i + 8192] for i in range(0, 4 * MB, 8192)),
}


def codecs(row: Any) -> list[str]:
    """Their names, as the row has them."""
    return [codec["name"] for codec in row["__data__"]["codecs"]]


def body(row: Any) -> Any:
    return row["__data__"]["body"]


@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_stored_by_what_it_shrinks_to(name: str, tmp_path: Path) -> None:
    """The row names what was done, and so does the suffix; never ``auto``."""
    value, done, suffix = VALUES[name]
    row = pipeline(tmp_path, compression="auto").push(value, AT)
    assert codecs(row) == done
    assert body(row)["key"].endswith(suffix)


@pytest.mark.parametrize("name", VALUES)
def test_a_reader_that_compresses_nothing_reads_it(name: str, tmp_path: Path) -> None:
    """Pull follows the row."""
    value = VALUES[name][0]
    pulled = pipeline(tmp_path).pull(pipeline(tmp_path, compression="auto").push(value, AT), AT).value
    same = value.equals(pulled) if isinstance(value, pd.DataFrame) else np.array_equal(value, pulled)
    assert same


def test_what_does_not_shrink_is_stored_as_it_is(tmp_path: Path) -> None:
    """Byte for byte."""
    pipeline(tmp_path, compression="auto").push(NOISE, AT)
    assert objects(tmp_path)[0].read_bytes() == NOISE


@pytest.mark.parametrize(("value", "suffix"), [(TEXT, "zst"), (bytes(6 * MB), "lz4")], ids=["zstd", "lz4"])
def test_other_tools_read_what_was_compressed(value: bytes, suffix: str, tmp_path: Path) -> None:
    """One ordinary frame, also where threads made it: fsspec tells its method by the suffix."""
    pipeline(tmp_path, compression="auto").push(value, AT)
    (file,) = tmp_path.rglob(f"*.{suffix}")
    with fsspec.open(str(file), "rb", compression="infer") as opened:
        assert opened.read() == value


@pytest.mark.parametrize("name", MIXED)
def test_a_value_of_which_a_part_shrinks_comes_back(name: str, tmp_path: Path) -> None:
    pipe = pipeline(tmp_path, compression="auto")
    assert pipe.pull(pipe.push(MIXED[name], AT), AT).value == MIXED[name]


@pytest.mark.parametrize("name", MIXED)
def test_a_value_of_which_a_part_shrinks_is_not_made_larger(name: str, tmp_path: Path) -> None:
    row = pipeline(tmp_path, compression="auto").push(MIXED[name], AT)
    assert body(row)["size"] <= 1.01 * len(MIXED[name])


@pytest.mark.parametrize("name", MIXED)
def test_what_shrinks_is_found_wherever_it_is(name: str, tmp_path: Path) -> None:
    """The sample is not of the beginning alone."""
    row = pipeline(tmp_path, compression="auto").push(MIXED[name], AT)
    assert body(row)["size"] < 0.9 * len(MIXED[name])


def test_a_part_of_a_value_is_loaded(tmp_path: Path) -> None:
    pipe = pipeline(tmp_path, compression="auto")
    part = pipe.pull(pipe.push(FRAME, AT), AT, Part(["n"], (1000, 1010))).value
    pd.testing.assert_frame_equal(part, FRAME[["n"]][1000:1010])


def test_it_is_compressed_before_it_is_encrypted(tmp_path: Path) -> None:
    """The name of the object does not say so; the row does."""
    pipe = pipeline(tmp_path, compression="auto", keys=(KEY,))
    row = pipe.push(TEXT, AT)
    assert codecs(row) == ["zstd", "aes256gcm-stream"]
    assert body(row)["key"].endswith(".enc")
    assert pipe.pull(row, AT).value == TEXT


@pytest.mark.parametrize("name", VALUES)
def test_the_row_of_an_encrypted_value_does_not_say_whether_it_shrinks(name: str, tmp_path: Path) -> None:
    """All are compressed in the same way."""
    row = pipeline(tmp_path, compression="auto", keys=(KEY,)).push(VALUES[name][0], AT)
    assert codecs(row) == ["zstd", "aes256gcm-stream"]


def test_the_limit_counts_what_is_not_compressed_yet(tmp_path: Path) -> None:
    """And nothing is written."""
    with pytest.raises(ValueTooLargeError):
        pipeline(tmp_path, compression="auto", max_value_bytes=len(TEXT) - 1).push(TEXT, AT)
    assert objects(tmp_path) == []
    assert pipeline(tmp_path, compression="auto", max_value_bytes=len(TEXT)).push(TEXT, AT)


def test_the_option_is_read(options: SetOptions) -> None:
    """By a backend, as any other compression."""
    options(xcom_objectstorage_compression="auto", xcom_objectstorage_threshold="0")
    row = ToolkitXComBackend.serialize_value(TEXT, key="k", dag_id="d", task_id="t", run_id="r")
    assert codecs(row) == ["zstd"]
    assert ToolkitXComBackend.deserialize_value(SimpleNamespace(value=row)) == TEXT


# What is installed ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("missing", "left"), [("zstd", "lz4"), ("lz4", "zstd")])
@pytest.mark.parametrize("value", [TEXT, bytes(MB)], ids=["text", "zeros"])
def test_one_of_the_two_is_enough(
    missing: str, left: str, value: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is used for whatever shrinks."""
    monkeypatch.delitem(compr, missing)
    assert codecs(pipeline(tmp_path, compression="auto").push(value, AT)) == [left]


def test_without_either_it_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the option, and both extras."""
    monkeypatch.delitem(compr, "zstd")
    monkeypatch.delitem(compr, "lz4")
    with pytest.raises(ConfigurationError, match=r"xcom_objectstorage_compression.*\[zstd\].*\[lz4\]"):
        Compression("auto")


# The sample ----------------------------------------------------------------------------------------------------------


class Picture:
    """A value of an in-house type, whose leaf says how often it was written."""

    def __init__(self, data: bytes, suffix: str = ".bin", nbytes: int = 0) -> None:
        self.data, self.suffix, self.nbytes = data, suffix, nbytes
        self.writes = 0

    def write(self, sink: Sink) -> None:
        self.writes += 1
        for at in range(0, len(self.data), 1 << 16):
            sink.write(self.data[at : at + (1 << 16)])


class PictureHandler(TypeHandler):
    type_id = "tests.picture@1"
    types = (Picture,)

    def dump(self, value: Any, context: HandlerContext) -> Dumped:
        return Dumped(leaf=Leaf(value.write, value.nbytes, value.suffix))

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Any:
        assert leaf is not None
        return leaf.read()


def pushed(picture: Picture, store: Path, compression: str = "auto") -> Any:
    handlers = HandlerRegistry(PictureHandler(), *PYTHON)
    pipe = pipeline(store, compression=compression, handlers=handlers)
    row = pipe.push(picture, AT)
    assert pipe.pull(row, AT).value == picture.data
    return row


@pytest.mark.parametrize("nbytes", [0, len(TEXT), 3 * len(TEXT)], ids=["unknown", "known", "wrong"])
def test_a_leaf_of_an_in_house_handler_is_compressed(nbytes: int, tmp_path: Path) -> None:
    """Whatever it said of its size."""
    assert codecs(pushed(Picture(TEXT, nbytes=nbytes), tmp_path)) == ["zstd"]


@pytest.mark.parametrize("suffix", [".png", ".parquet", ".csv.GZ"])
def test_a_file_that_is_compressed_in_itself_is_not_looked_at(suffix: str, tmp_path: Path) -> None:
    picture = Picture(TEXT, suffix, nbytes=1)
    assert codecs(pushed(picture, tmp_path)) == []
    assert picture.writes == 1


def test_a_fixed_compression_takes_no_sample(tmp_path: Path) -> None:
    picture = Picture(TEXT[:MB], nbytes=1)
    pushed(picture, tmp_path, "gzip")
    assert picture.writes == 1


def wait() -> None:
    time.sleep(0.15)


def work() -> None:
    start = time.thread_time()
    while time.thread_time() < start + 0.02:
        pass


@pytest.mark.parametrize("pause", [wait, work])
def test_a_body_that_comes_slowly_is_not_waited_for(pause: Callable[[], None]) -> None:
    """Its beginning is the sample."""
    pieces = []

    def write(sink: Sink) -> None:
        for number in range(50):
            pause()
            pieces.append(number)
            sink.write(bytes([number]) * PIECE)

    assert set(Draft(write, 50 * PIECE).sample()) == {0}
    assert pieces == [0]


def test_an_error_of_a_leaf_is_raised_and_nothing_is_written(tmp_path: Path) -> None:
    picture = Picture(TEXT)
    picture.data = None  # type: ignore[assignment]
    with pytest.raises(TypeError, match="NoneType"):
        pushed(picture, tmp_path)
    assert objects(tmp_path) == []


@pytest.mark.parametrize("size", [0, 1, PIECE, 10 * PIECE, 5 * MB, 3_000_000_019])
@pytest.mark.parametrize("count", [2, 4, 32])
def test_the_pieces_stand_apart_all_over_the_body(size: int, count: int) -> None:
    """In order, none over another, from the first byte, and none behind the end of a body that has room for all."""
    found = list(spans(size, count))
    assert found[0].start == 0
    assert all(one.stop <= other.start for one, other in pairwise(found))
    assert found[-1].stop <= max(size, count * PIECE)
    assert found[-1].stop >= size // 2
