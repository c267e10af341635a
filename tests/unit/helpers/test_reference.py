"""``reference``: what it says without the object, and what it loads of it."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.execution_time import xcom as configured
from cryptography.fernet import Fernet

import airflow_xcom_toolkit
from airflow_xcom_toolkit import XComReference, areference, backends, reference
from airflow_xcom_toolkit.errors import (
    AirflowVersionError,
    ConfigurationError,
    DecryptionError,
    IntegrityError,
    ObjectMissingError,
    PartialLoadError,
    PlaintextRefusedError,
    StorageError,
    UnsupportedTypeError,
    UntrustedReferenceError,
)
from airflow_xcom_toolkit.errors import XComNotFoundError as NotFound
from airflow_xcom_toolkit.testing.same import assert_same
from tests.pipelines import objects
from tests.unit.conftest import SetOptions
from tests.unit.helpers.conftest import Rows, Ti, needs_async

KEY = Fernet.generate_key().decode()
FRAME = pd.DataFrame({"id": range(50), "name": [f"canary-{i}" for i in range(50)], "x": np.arange(50) / 3})
OPTIONS: dict[str, dict[str, str]] = {
    "object": {},
    "row": {"xcom_objectstorage_threshold": "-1"},
    "compressed": {"xcom_objectstorage_compression": "gzip"},
    "encrypted": {"fernet_keys": KEY},
    "encrypted, compressed": {"fernet_keys": KEY, "xcom_objectstorage_compression": "gzip"},
    "encrypted row": {"fernet_keys": KEY, "xcom_objectstorage_threshold": "-1"},
}


@pytest.fixture(params=OPTIONS)
def kept(request: pytest.FixtureRequest, options: SetOptions, rows: Rows) -> str:
    """How a value is kept."""
    options(**OPTIONS[request.param])
    return str(request.param)


@pytest.fixture(params=["arrow", "parquet"])
def fmt(request: pytest.FixtureRequest, options: SetOptions) -> str:
    options(dataframe_format=request.param)
    return str(request.param)


def pushed(value: Any, **at: Any) -> XComReference:
    """A reference to ``value``, which another task pushed."""
    Ti("extract", **at).xcom_push("return_value", value)
    index = at.get("map_index", -1)
    return reference(Ti("report"), task_ids="extract", map_indexes=index if index >= 0 else None)


def only_object(folder: Path) -> Path:
    (found,) = objects(folder / "store")
    return found


# What it says


def test_the_object_is_not_touched(kept: str, tmp_path: Path) -> None:
    """Type, summary, size and place are known where the object is gone."""
    Ti("extract").xcom_push("return_value", FRAME)
    for file in objects(tmp_path / "store"):
        file.unlink()
    found = reference(Ti("report"), "extract")
    assert found.type == "pandas.dataframe@1"
    assert found.summary == {"rows": 50, "columns": 3}
    assert found.schema is None
    assert found.encrypted == ("encrypted" in kept)
    assert (found.location is None) == ("row" in kept)
    if found.location:
        with pytest.raises(ObjectMissingError):
            found.load()


def test_the_size_of_an_object_is_what_is_stored(rows: Rows, options: SetOptions, tmp_path: Path) -> None:
    """Compressed and encrypted."""
    options(fernet_keys=KEY, xcom_objectstorage_compression="gzip")
    found = pushed(FRAME)
    assert found.size == only_object(tmp_path).stat().st_size


def test_the_size_of_a_value_in_its_row_is_that_of_the_row(rows: Rows, options: SetOptions) -> None:
    """Its JSON."""
    options(xcom_objectstorage_threshold="-1")
    for value in (FRAME, {"a": [1, "x"]}):
        found = pushed(value)
        (text,) = rows.rows.values()
        assert found.size == len(text)


def test_the_location_leads_to_the_object(rows: Rows, tmp_path: Path) -> None:
    """Its URL is one that Airflow's ``ObjectStoragePath`` opens."""
    from airflow.sdk import ObjectStoragePath

    found = pushed(FRAME).location
    assert found is not None
    assert found.store == "default"
    assert tmp_path / "store" / str(found.key) == only_object(tmp_path)
    assert ObjectStoragePath(str(found.url)).read_bytes() == only_object(tmp_path).read_bytes()


@pytest.mark.parametrize("value", [1, "text", [1, {"a": None}], {}, 2.5], ids=str)
def test_plain_json_is_json(value: Any, rows: Rows, options: SetOptions) -> None:
    """In a row that ``BaseXCom`` could have written."""
    options(xcom_objectstorage_threshold="1000")
    found = pushed(value)
    assert (found.type, found.summary, found.schema, found.location) == ("json@1", {}, None, None)
    assert_same(found.load(), value)


def test_its_schema_is_what_the_row_says(rows: Rows) -> None:
    """Name and version."""
    Ti("extract").xcom_push("return_value", FRAME)
    ((at, text),) = rows.rows.items()
    row = json.loads(text)
    row["__data__"]["schema"] = {"name": "acme.orders", "version": 3}
    rows.rows[at] = json.dumps(row)
    assert reference(Ti("report"), "extract").schema == {"name": "acme.orders", "version": 3}


def test_what_is_shown_has_nothing_of_the_value(kept: str) -> None:
    """And of an encrypted one not even the type."""
    found = pushed(FRAME)
    for text in (repr(found), str(found), f"{found}"):
        assert "canary" not in text
        assert "XCom 'return_value' of d.extract in run 'r'" in text
        assert f"{found.size:,} bytes" in text
        assert ("dataframe" in text) == ("encrypted" not in kept)


def test_a_reference_is_no_value_to_push(rows: Rows) -> None:
    """It is of this task alone."""
    with pytest.raises(UnsupportedTypeError):
        Ti("report").xcom_push("k", pushed(FRAME))


# Whose XCom


def test_the_dag_and_the_run_are_those_of_the_task_or_as_given(rows: Rows) -> None:
    """As for ``xcom_pull``."""
    Ti("extract", dag_id="other", run_id="then").xcom_push("key", 1)
    found = reference(Ti("report"), "extract", "key", dag_id="other", run_id="then")
    assert found.load() == 1
    with pytest.raises(NotFound, match=r"There is no XCom 'key' of d\.extract in run 'r'"):
        reference(Ti("report"), "extract", "key")


def test_one_index_of_a_mapped_task(rows: Rows) -> None:
    """The one that is named."""
    for index in range(3):
        Ti("extract", map_index=index).xcom_push("return_value", {"index": index})
    assert reference(Ti("report"), "extract", map_indexes=2).load() == {"index": 2}
    with pytest.raises(NotFound, match=r"extract\[7\]") as raised:
        reference(Ti("report"), "extract", map_indexes=7)
    assert raised.value.xcom == "XCom 'return_value' of d.extract[7] in run 'r'"


def test_several_tasks_or_indexes_are_refused(rows: Rows) -> None:
    """A reference is to one."""
    for wanted in ({"task_ids": ["a", "b"]}, {"task_ids": "a", "map_indexes": [1]}):
        with pytest.raises(TypeError, match="one XCom"):
            reference(Ti("report"), **wanted)  # type: ignore[arg-type]


def test_an_encrypted_row_copied_onto_another_xcom_does_not_open(rows: Rows, options: SetOptions) -> None:
    """Not even to say its type."""
    options(fernet_keys=KEY)
    Ti("extract").xcom_push("return_value", FRAME)
    (text,) = rows.rows.values()
    rows.rows[("return_value", "d", "other", "r", -1)] = text
    with pytest.raises(DecryptionError, match="another XCom"):
        reference(Ti("report"), "other")


def test_a_row_that_is_not_encrypted_is_met_as_in_a_pull(rows: Rows, options: SetOptions) -> None:
    """By ``plaintext_rows``."""
    Ti("extract").xcom_push("return_value", FRAME)
    options(fernet_keys=KEY, plaintext_rows="reject")
    with pytest.raises(PlaintextRefusedError):
        reference(Ti("report"), "extract")


def test_another_backend_is_an_error_that_says_which_ones_do(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of the toolkit's."""
    monkeypatch.setattr(configured, "XCom", BaseXCom)
    with pytest.raises(ConfigurationError, match=r"BaseXCom; .*ToolkitXComBackend") as raised:
        reference(Ti("report"), "extract")
    named = [name for name in airflow_xcom_toolkit.__all__ if name.endswith("XComBackend")]
    assert [name for name in named if f"airflow_xcom_toolkit.{name}" not in str(raised.value)] == []


def test_a_backend_of_ones_own_will_do(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    """A subclass of one of the toolkit's."""
    own = type("OwnXComBackend", (airflow_xcom_toolkit.ToolkitXComBackend,), {})
    monkeypatch.setattr(configured, "XCom", own)
    assert_same(pushed(FRAME).load(), FRAME)


# Loading


VALUES = [1, "x", (1, {"a": b"b"}), FRAME, np.arange(9), [FRAME]]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_load_gives_the_value(value: Any, kept: str) -> None:
    """As a pull gives it."""
    assert_same(pushed(value).load(), value)


def test_a_part_equals_what_slicing_gives(kept: str, fmt: str) -> None:
    """Of a DataFrame, in each form."""
    found = pushed(FRAME)
    assert_same(found.load(columns=["x", "id"]), FRAME[["x", "id"]])
    assert_same(found.load(rows=(10, 20)), FRAME.iloc[10:20])
    assert_same(found.load(columns=["name"], rows=(-5, None)), FRAME[["name"]].iloc[-5:])


def test_parts_of_other_values(kept: str) -> None:
    """Arrow, polars, numpy."""
    table, frame, array = pa.table(FRAME), pl.DataFrame({"a": range(9), "b": range(9)}), np.eye(9)
    assert_same(pushed(table).load(columns=["id"], rows=(1, 3)), table.select(["id"])[1:3])
    assert_same(pushed(frame).load(columns=["b"], rows=(1, 3)), frame[["b"]][1:3])
    assert_same(pushed(array).load(rows=(1, 3)), array[1:3])


@pytest.mark.parametrize("wanted", [{"columns": ["missing"]}, {"columns": "id"}, {"rows": 3}], ids=str)
def test_a_part_that_is_not_there_is_an_error(wanted: Any, kept: str) -> None:
    """And nothing of the value is in it."""
    with pytest.raises(PartialLoadError) as raised:
        pushed(FRAME).load(**wanted)
    assert "name" not in str(raised.value)


@pytest.mark.parametrize("value", [{"a": 1}, "x", (1, 2)], ids=str)
def test_a_value_without_parts_is_an_error(value: Any, kept: str) -> None:
    """In each form; plain JSON, too."""
    with pytest.raises(PartialLoadError, match="loaded whole"):
        pushed(value).load(rows=(0, 1))


@pytest.mark.parametrize("keys", ["", KEY], ids=["plain", "encrypted"])
@pytest.mark.parametrize("offset", [64, -200], ids=["start", "end"])
def test_a_changed_object_fails_the_load_of_any_part(
    keys: str, offset: int, rows: Rows, options: SetOptions, tmp_path: Path
) -> None:
    """Of bytes that the part is not made of, too."""
    options(fernet_keys=keys)
    value = np.arange(3_000_000.0)
    found = pushed(value)
    damage(only_object(tmp_path), offset)
    for load in (lambda: found.load(rows=(1_000_000, 1_000_001)), found.load):
        with pytest.raises(IntegrityError):
            load()


def damage(file: Path, offset: int) -> None:
    data = bytearray(file.read_bytes())
    data[offset] ^= 1
    file.write_bytes(data)


def test_what_was_decrypted_is_masked(rows: Rows, options: SetOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a pull; of a part only what was loaded."""
    masked: list[str] = []
    monkeypatch.setattr(backends, "mask_secrets", masked.extend)
    options(fernet_keys=KEY)
    found = pushed(FRAME)
    assert not masked
    found.load(columns=["name"], rows=(3, 4))
    assert "canary-3" in masked
    assert "canary-4" not in masked
    found.load()
    assert "canary-4" in masked


# The file


def test_open_gives_the_plain_bytes(kept: str, fmt: str, tmp_path: Path) -> None:
    """Decrypted and decompressed: what other tools read."""
    with pushed(FRAME).open() as file:
        body = file.read()
    read = pd.read_parquet if fmt == "parquet" else pd.read_feather
    assert read(io.BytesIO(body))["name"].tolist() == FRAME["name"].tolist()  # type: ignore[operator]


def test_open_gives_the_file_of_an_array(kept: str) -> None:
    """``.npy``."""
    with pushed(np.arange(5)).open() as file:
        np.testing.assert_array_equal(np.load(io.BytesIO(file.read())), np.arange(5))


def test_open_gives_the_json_of_a_json_value(kept: str) -> None:
    """Wherever it is kept."""
    value = {"a": [1, None, "é"], "b": 2.5}
    with pushed(value).open() as file:
        assert json.load(file) == value


def test_open_reads_in_any_steps(kept: str) -> None:
    """All, some, lines, or nothing; and it is closed at the end."""
    found = pushed(FRAME)
    with found.open() as file:
        whole = file.read()
    with found.open() as file:
        assert b"".join(iter(lambda: file.read(7), b"")) == whole
    with found.open() as file:
        assert b"".join(file) == whole
    with found.open() as file:
        assert file.readable()
        assert file.read(3) == whole[:3]
    assert file.closed


@pytest.mark.parametrize("keys", ["", KEY], ids=["plain", "encrypted"])
@pytest.mark.parametrize("size", [0, 10, -1], ids=["nothing", "some", "all"])
def test_a_changed_object_fails_at_the_end_of_the_block(
    keys: str, size: int, rows: Rows, options: SetOptions, tmp_path: Path
) -> None:
    """However much of it was read."""
    options(fernet_keys=keys)
    found = pushed(FRAME)
    damage(only_object(tmp_path), -200)
    with pytest.raises(IntegrityError), found.open() as file:
        file.read(size)


def test_an_error_in_the_block_comes_through(kept: str) -> None:
    """As it is."""
    with pytest.raises(ZeroDivisionError), pushed(FRAME).open():
        _ = 1 / 0


# Rows of other backends


@pytest.fixture
def stock(rows: Rows) -> str:
    """The row of a value that the stock backend offloaded."""
    from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend

    at = {"dag_id": "d", "task_id": "extract", "run_id": "r", "map_index": -1}
    row = XComObjectStorageBackend.serialize_value({"a": [1]}, key="return_value", **at)
    rows.rows[("return_value", "d", "extract", "r", -1)] = json.dumps(row)
    return str(row)


def test_a_stock_reference_is_foreign_and_loads(stock: str) -> None:
    """Where its object is, is known; how large it is, is not."""
    found = reference(Ti("report"), "extract")
    assert (found.type, found.size, found.summary, found.encrypted) == ("foreign", None, {}, False)
    assert found.location is not None
    assert found.location.url == stock
    assert found.load() == {"a": [1]}
    assert "foreign" in repr(found)


def test_a_stock_reference_is_not_opened(stock: str) -> None:
    """Nothing says what its bytes were."""
    with pytest.raises(StorageError, match="no hash"), reference(Ti("report"), "extract").open():
        pass


def test_a_stock_reference_that_leaves_its_path_is_not_followed(stock: str, rows: Rows, tmp_path: Path) -> None:
    """Nor described."""
    row = stock.replace("/store/", "/store/../")
    rows.rows[("return_value", "d", "extract", "r", -1)] = json.dumps(row)
    with pytest.raises(UntrustedReferenceError):
        reference(Ti("report"), "extract")


def test_a_row_of_airflows_serde_is_foreign_and_loads(rows: Rows) -> None:
    """As ``BaseXCom`` wrote it."""
    row = BaseXCom.serialize_value((1, 2))
    rows.rows[("return_value", "d", "extract", "r", -1)] = json.dumps(row)
    found = reference(Ti("report"), "extract")
    assert (found.type, found.location, found.size) == ("foreign", None, len(json.dumps(row)))
    assert found.load() == (1, 2)
    with pytest.raises(PartialLoadError):
        found.load(rows=(0, 1))


# Async


@needs_async
def test_areference_gives_the_same(kept: str) -> None:
    """And loads off the event loop."""
    Ti("extract").xcom_push("return_value", FRAME)

    async def both() -> tuple[XComReference, Any, Any]:
        found = await areference(Ti("report"), task_ids="extract")
        return found, await found.aload(), await found.aload(columns=["x"], rows=(1, 2))

    found, value, part = asyncio.run(both())
    assert repr(found) == repr(reference(Ti("report"), "extract"))
    assert_same(value, FRAME)
    assert_same(part, FRAME[["x"]].iloc[1:2])


@needs_async
def test_no_storage_or_key_work_is_done_on_the_event_loop(kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key may come from far away."""
    from airflow_xcom_toolkit.pipeline import Pipeline

    Ti("extract").xcom_push("return_value", FRAME)
    threads = set()
    for name in ("describe", "pull"):
        inner = getattr(Pipeline, name)
        monkeypatch.setattr(Pipeline, name, lambda *a, _f=inner, **k: threads.add(threading.get_ident()) or _f(*a, **k))

    async def both() -> None:
        await (await areference(Ti("report"), "extract")).aload()

    asyncio.run(both())
    assert threads
    assert threading.get_ident() not in threads


@needs_async
def test_areference_to_nothing_is_the_same_error(rows: Rows) -> None:
    """By name."""
    with pytest.raises(NotFound, match="There is no"):
        asyncio.run(areference(Ti("report"), "extract"))


@pytest.mark.skipif(hasattr(BaseXCom, "aget_one"), reason="this Airflow has async XCom calls")
def test_areference_says_which_airflow_it_needs(rows: Rows) -> None:
    """Where there are no async calls."""
    with pytest.raises(AirflowVersionError, match=r"areference needs Airflow 3\.3"):
        asyncio.run(areference(Ti("report"), "extract"))


# Backends that override Airflow's hooks, and blocks that end early


class Both(airflow_xcom_toolkit.ToolkitXComBackend):
    """Wraps values by both hooks of each pair, in one class."""

    @classmethod
    def serialize_value(cls, value: Any, **at: Any) -> Any:
        return super().serialize_value({"wrapped": value}, **at)

    @classmethod
    def store_value(cls, coordinate: Any, key: str, value: Any) -> Any:
        return super().store_value(coordinate, key, {"wrapped": value})

    @classmethod
    def deserialize_value(cls, result: Any) -> Any:
        return super().deserialize_value(result)["wrapped"]

    @classmethod
    def load_value(cls, stored: Any) -> Any:
        return super().load_value(stored)["wrapped"]


def test_load_gives_what_a_pull_gives_where_a_backend_overrides_the_hooks(
    rows: Rows, options: SetOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configured, "XCom", Both)
    found = pushed([1, 2])
    assert found.load() == [1, 2]
    with pytest.raises(PartialLoadError, match="of its own"):
        found.load(rows=(0, 1))


def damaged(file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)


def test_a_block_that_is_left_by_a_generators_end_is_verified_too(rows: Rows, tmp_path: Path) -> None:
    found = pushed(FRAME)
    damaged(only_object(tmp_path), -1)

    def head() -> Any:
        with found.open() as file:
            yield file.read(4)

    generator = head()
    next(generator)
    with pytest.raises(IntegrityError):
        generator.close()


@pytest.mark.parametrize("keys", ["", KEY], ids=["plain", "encrypted"])
def test_an_error_in_the_block_does_not_hide_that_the_bytes_are_wrong(
    keys: str, rows: Rows, options: SetOptions, tmp_path: Path
) -> None:
    options(fernet_keys=keys)
    found = pushed(np.arange(2_000_000))
    damaged(only_object(tmp_path), -20)

    def failing() -> None:
        with found.open() as file:
            file.read(10)
            raise KeyError("of the task's own")

    with pytest.raises(IntegrityError):
        failing()
