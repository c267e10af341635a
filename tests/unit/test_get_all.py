"""All values of a mapped task at once, through Airflow's own methods: fetched in parallel, bounded, in order."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from airflow.sdk.execution_time import task_runner
from cryptography.fernet import Fernet

import airflow_xcom_toolkit
from airflow_xcom_toolkit import backends
from airflow_xcom_toolkit.abc import ObjectReader, Reference
from airflow_xcom_toolkit.ahead import AT_ONCE
from airflow_xcom_toolkit.errors import AccessDeniedError, DecryptionError, ObjectMissingError
from airflow_xcom_toolkit.pipeline import Pipeline
from airflow_xcom_toolkit.placement import ObjectPlacement
from airflow_xcom_toolkit.testing.same import assert_same
from tests.unit.conftest import SetOptions
from tests.unit.helpers.conftest import Rows, needs_async
from tests.unit.test_ahead import Crowd, threads

TASK = {"key": "k", "dag_id": "d", "task_id": "t", "run_id": "r"}
VALUES = [np.full(1000, index) for index in range(2 * AT_ONCE + 1)]


class Watched(ObjectPlacement):
    """Notes from where objects are fetched; the first one alone, the others only when `AT_ONCE` of them are."""

    crowd: Any = staticmethod(lambda: None)
    fetched_in: list[int]

    def fetch(self, reference: Reference) -> ObjectReader:
        Watched.fetched_in.append(threading.get_ident())
        if len(Watched.fetched_in) > 1:
            Watched.crowd()
        return super().fetch(reference)


class Watching(airflow_xcom_toolkit.ToolkitXComBackend):
    """The toolkit, over `Watched`."""

    @classmethod
    def pipeline(cls) -> Pipeline:
        return dataclasses.replace(super().pipeline(), placement=cls.settings().placement(Watched))


class Hooked(Watching):
    """An in-house backend with both of Airflow's hooks."""

    @classmethod
    def load_value(cls, stored: Any) -> Any:
        return "hooked", super().load_value(stored)

    @classmethod
    def deserialize_value(cls, result: Any) -> Any:
        return "hooked", super().deserialize_value(result)


@pytest.fixture(autouse=True)
def rows(monkeypatch: pytest.MonkeyPatch, options: SetOptions) -> Rows:
    """The XComs of one run; everything is offloaded."""
    options(xcom_objectstorage_threshold="0")
    stand_in = Rows()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", stand_in, raising=False)
    monkeypatch.setattr(Watched, "fetched_in", [], raising=False)
    return stand_in


def push(backend: Any, values: list[Any]) -> None:
    for index, value in enumerate(values):
        backend.set(value=value, map_index=index, **TASK)


def pulled(backend: Any, way: str) -> Any:
    return backend.get_all(**TASK) if way == "get_all" else asyncio.run(backend.aget_all(**TASK))


ways = pytest.mark.parametrize("way", ["get_all", pytest.param("aget_all", marks=needs_async)])


@ways
def test_objects_are_fetched_several_at_a_time_and_values_are_in_order(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as `AT_ONCE`, and no more; no thread is left."""
    push(Watching, VALUES)
    crowd = Crowd(AT_ONCE)
    monkeypatch.setattr(Watched, "crowd", crowd)
    assert_same(pulled(Watching, way), VALUES)
    assert crowd.most == AT_ONCE
    assert threads() == set()


@ways
def test_one_request_is_made_whatever_their_number(way: str, rows: Rows) -> None:
    push(Watching, VALUES)
    rows.order.clear()
    pulled(Watching, way)
    assert rows.order == ["GetXComSequenceSlice"]


def test_values_in_their_rows_take_no_thread(options: SetOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    options(xcom_objectstorage_threshold="-1")
    done_in = set()
    pull = Pipeline.pull
    monkeypatch.setattr(Pipeline, "pull", lambda *a, **k: done_in.add(threading.get_ident()) or pull(*a, **k))
    push(Watching, VALUES)
    assert_same(Watching.get_all(**TASK), VALUES)
    assert done_in == {threading.get_ident()}


def test_a_single_object_takes_no_thread() -> None:
    push(Watching, VALUES[:1])
    assert_same(Watching.get_all(**TASK), VALUES[:1])
    assert Watched.fetched_in == [threading.get_ident()]


@ways
def test_the_event_loop_does_nothing_of_it(way: str) -> None:
    """Neither fetching nor loading."""
    push(Watching, VALUES)
    pulled(Watching, way)
    assert (threading.get_ident() in Watched.fetched_in) == (way == "get_all")


@ways
def test_the_hook_of_a_subclass_is_called_for_each_value(way: str) -> None:
    push(Hooked, VALUES)
    assert_same(pulled(Hooked, way), [("hooked", value) for value in VALUES])


@ways
def test_objects_of_the_stock_backend_are_among_them(way: str, rows: Rows) -> None:
    from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend

    for index in range(4):
        backend: Any = XComObjectStorageBackend if index % 2 else Watching
        rows.rows["k", "d", "t", "r", index] = json.dumps(backend.serialize_value([index], map_index=index, **TASK))
    assert pulled(Watching, way) == [[0], [1], [2], [3]]


@ways
def test_the_first_object_that_is_missing_is_named(way: str, rows: Rows, tmp_path: Path) -> None:
    push(Watching, VALUES)
    gone = [json.loads(rows.rows["k", "d", "t", "r", index])["__data__"]["body"]["key"] for index in (5, 9)]
    for key in gone:
        (tmp_path / "store" / key).unlink()
    with pytest.raises(ObjectMissingError) as raised:
        pulled(Watching, way)
    assert gone[0] in str(raised.value)
    assert threads() == set()


def test_a_store_that_refuses_is_asked_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what was under way."""
    push(Watching, VALUES)

    def refuse() -> None:
        raise AccessDeniedError("no")

    monkeypatch.setattr(Watched, "crowd", staticmethod(refuse))
    with pytest.raises(AccessDeniedError):
        Watching.get_all(**TASK)
    assert len(Watched.fetched_in) <= 1 + AT_ONCE


@ways
def test_each_row_has_to_be_of_the_task_that_was_asked_for(way: str, options: SetOptions, rows: Rows) -> None:
    """An encrypted one that was copied there does not open, in whatever thread."""
    options(fernet_keys=Fernet.generate_key().decode())
    push(Watching, VALUES[:3])
    Watching.set(value=VALUES[3], map_index=-1, **{**TASK, "task_id": "other"})
    rows.rows["k", "d", "t", "r", 2] = rows.rows["k", "d", "other", "r", -1]
    with pytest.raises(DecryptionError, match="another XCom"):
        pulled(Watching, way)


@ways
def test_what_was_decrypted_is_masked_from_the_thread_of_the_task(
    way: str, options: SetOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Airflow can be told; before the values are given."""
    masked: list[str] = []
    told_in = set()

    def mask(secrets: list[str]) -> None:
        told_in.add(threading.get_ident())
        masked.extend(secrets)

    async def amask(secrets: list[str]) -> None:
        mask(secrets)

    monkeypatch.setattr(backends, "mask_secrets", mask)
    monkeypatch.setattr(backends, "amask_secrets", amask)
    options(fernet_keys=Fernet.generate_key().decode())
    push(Watching, [{"token": f"canary-{index}"} for index in range(12)])
    pulled(Watching, way)
    assert {f"canary-{index}" for index in range(12)} <= set(masked)
    assert told_in == {threading.get_ident()}


@needs_async
def test_a_pull_that_is_cancelled_fetches_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what was under way."""
    push(Watching, VALUES)
    begun, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(Watched, "crowd", staticmethod(lambda: (begun.set(), go_on.wait(20))))

    async def cancelled() -> None:
        pull = asyncio.ensure_future(Watching.aget_all(**TASK))
        await asyncio.to_thread(begun.wait, 20)
        pull.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pull
        go_on.set()

    asyncio.run(cancelled())
    assert len(Watched.fetched_in) <= 1 + AT_ONCE


def test_rows_are_read_where_airflow_mixes_up_the_answers_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """One after another, where nothing can be done about it: Airflow 3.0.0 to 3.0.2."""
    monkeypatch.setattr(backends, "threads_may_send", lambda: False)
    push(Watching, VALUES)
    assert_same(Watching.get_all(**TASK), VALUES)
    assert set(Watched.fetched_in) == {threading.get_ident()}
