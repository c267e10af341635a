"""How to test a backend of your own, here ``shop_backend.ShopXComBackend``: from mocks to the toolkit's contract.

- **Code that uses the backend** gets a mock of it: no database, no store, and each call is checked.
- **The backend's own methods** get the toolkit's mocked: is each value passed on as it is, once?
- **A round trip**, with values that hypothesis makes up: `serialize_value`, JSON as the database keeps it, and back.
- **Errors**: what is refused, what is too large, and a store that fails as it is told (`faulty_store`).
- **The contract** of the toolkit. ``TestContract`` has three of its promises, to be quick. Yours should have all of
  them, which take a minute or two: ``class TestContract(XComBackendContract): backend = ShopXComBackend``.
- **Performance**: times depend on the machine and on what else it does, so none is asserted. What is: the number of
  calls to the store, the bytes in the database, and that ``bench`` measures, and compares with other ways in one run.

``pip install "airflow-xcom-toolkit[testing]"`` brings what this needs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import call, create_autospec

import pytest
from airflow.sdk.types import RuntimeTaskInstanceProtocol
from hypothesis import given, settings

from airflow_xcom_toolkit import ToolkitXComBackend, backends
from airflow_xcom_toolkit.errors import IntegrityError, ObjectMissingError, UnsupportedTypeError, ValueTooLargeError
from airflow_xcom_toolkit.example_dags.shop_backend import ShopXComBackend
from airflow_xcom_toolkit.testing import assert_same, faulty_store, strategies
from airflow_xcom_toolkit.testing.faults import (
    Fault,
    FaultyStore,
    Flipped,
    Missing,
    Refused,
    Truncated,
    Unavailable,
)
from airflow_xcom_toolkit.testing.promises.calls import AirflowCalls
from airflow_xcom_toolkit.testing.promises.hook_pairs import HookPairs
from airflow_xcom_toolkit.testing.promises.loud import Loud

example = import_module("airflow_xcom_toolkit.example_dags.07_09_04_testing_custom_xcom_backend")

AT = {"dag_id": "shop", "task_id": "load", "run_id": "monday", "key": "orders"}
ORDERS = [{"id": f"A-{number}", "cents": number} for number in range(1000)]


@pytest.fixture
def ti() -> Any:
    found = create_autospec(RuntimeTaskInstanceProtocol, instance=True)
    found.dag_id, found.task_id, found.run_id = "shop", "load", "monday"
    return found


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyStore]:
    """An object store in memory, to which each value goes; options are read anew before and after."""
    with faulty_store() as found:
        monkeypatch.setenv("AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH", found.url)
        monkeypatch.setenv("AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD", "0")
        backends.forget()
        yield found
    backends.forget()


def pushed(value: Any) -> Any:
    """The row, after it was JSON."""
    return json.loads(json.dumps(ShopXComBackend.serialize_value(value, **AT), allow_nan=False))


def pulled(row: Any) -> Any:
    return ShopXComBackend.deserialize_value(SimpleNamespace(value=row))


# The backend, mocked --------------------------------------------------------------------------------------------------


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Stands in for the class, in the module that uses it. It has its signatures, too."""
    found = create_autospec(ShopXComBackend)
    monkeypatch.setattr(example, "ShopXComBackend", found)
    return found


def test_what_a_task_asks_of_the_backend(backend: Any, ti: Any) -> None:
    backend.get_one.side_effect = lambda key, **of: example.VALUES[key]
    assert set(example.round_trip.function(ti=ti).values()) == {True}
    assert backend.set.call_args_list == [
        call(value=value, **{**AT, "key": key}) for key, value in example.VALUES.items()
    ]
    assert backend.get_one.call_count == len(example.VALUES)


def test_a_backend_that_changes_a_type_is_found_out(backend: Any, ti: Any) -> None:
    """As JSON does with a tuple: equal after a conversion is not the same."""
    backend.get_one.side_effect = lambda key, **of: [38, 40, 42] if key == "sizes" else example.VALUES[key]
    same = example.round_trip.function(ti=ti)
    assert [key for key, is_same in same.items() if not is_same] == ["sizes"]


def test_the_verdict_names_all_that_is_wrong(backend: Any, ti: Any) -> None:
    """A backend that takes anything and forgets it."""
    backend.get_one.return_value = backend.deserialize_value.return_value = None
    backend.serialize_value.return_value = {"row": "x" * 5000}
    results = [check.function(ti=ti) for check in (example.round_trip, example.refuse, example.damage, example.measure)]
    with pytest.raises(ValueError, match=r"price came back changed.*cannot be kept.*replaced.*damaged.*database"):
        example.verdict.function(*results)


@pytest.mark.parametrize("way", ["push", "pull"])
def test_the_backend_hands_on_to_the_toolkit_once(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it adds is a log line: value and result are those of the toolkit."""
    given_to: list[Any] = []
    monkeypatch.setattr(ToolkitXComBackend, way, classmethod(lambda cls, *it: given_to.append(it) or "the result"))
    assert getattr(ShopXComBackend, way)("the value", "the place") == "the result"
    assert [it[:2] for it in given_to] == [("the value", "the place")]


# There and back -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [*example.VALUES.values(), None, {}, "", float("-inf"), {1: {(2, 3): b""}}, "é\u0000"]
)
def test_a_value_comes_back(value: Any, store: FaultyStore) -> None:
    assert_same(pulled(pushed(value)), value)


@given(value=strategies.values())
@settings(max_examples=50, deadline=None)
def test_any_value_comes_back(value: Any) -> None:
    """From lists of numbers to DataFrames, nested. hypothesis shows the smallest value that does not."""
    assert_same(pulled(pushed(value)), value)


# Errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [object(), {"nested": [lambda: None]}, open])
def test_what_cannot_be_kept_is_refused_before_anything_is_written(value: Any, store: FaultyStore) -> None:
    with pytest.raises(UnsupportedTypeError):
        pushed(value)
    assert store.calls == []


def test_what_is_too_large_is_refused(store: FaultyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of the class is 100 MB: a test lowers it."""
    assert ShopXComBackend.settings().max_value_bytes == 100_000_000
    lowered = replace(ShopXComBackend.settings(), max_value_bytes=1000)
    monkeypatch.setattr(ShopXComBackend, "settings", classmethod(lambda cls: lowered))
    with pytest.raises(ValueTooLargeError):
        pushed("x" * 1001)
    assert dict(store.objects) == {}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Missing(), ObjectMissingError),
        (Truncated(), IntegrityError),
        (Flipped(), IntegrityError),
        (Refused("get"), PermissionError),
    ],
)
def test_a_store_that_fails_is_an_error_and_never_another_value(
    fault: Fault, error: type[Exception], store: Any
) -> None:
    row = pushed(ORDERS)
    with store.failing(fault), pytest.raises(error):
        pulled(row)
    assert pulled(row) == ORDERS


def test_a_fault_that_passes_is_tried_again(store: FaultyStore) -> None:
    row = pushed(ORDERS)
    with store.failing(Unavailable("get"), times=1):
        assert pulled(row) == ORDERS


def test_an_upload_that_fails_leaves_no_row(store: FaultyStore) -> None:
    with store.failing(Refused("put")), pytest.raises(PermissionError):
        pushed(ORDERS)


# The contract ---------------------------------------------------------------------------------------------------------


class TestContract(AirflowCalls, HookPairs, Loud):
    """Airflow's own calls; both pairs of hooks, of Airflow up to 3.3 and from 3.4 on; errors that are not silent."""

    backend = ShopXComBackend


# Performance ----------------------------------------------------------------------------------------------------------


def test_a_push_is_one_upload_and_a_pull_is_one_download(store: FaultyStore) -> None:
    """What costs time on a network, counted. This is the same on each machine."""
    row = pushed(ORDERS)
    assert [one.name for one in store.calls] == ["put"]
    store.calls.clear()
    pulled(row)
    assert [one.name for one in store.calls] == ["get"]


def test_the_row_does_not_grow_with_the_value(store: FaultyStore) -> None:
    small, large = (len(json.dumps(pushed(ORDERS * times))) for times in (1, 20))
    assert large - small < 10


def test_the_benchmark_measures_it_and_gives_ratios(tmp_path: Path) -> None:
    """``bench`` times the ways in turn, in one process: ratios hold where seconds do not. It checks each value, too.

    Without ``--quick`` it is for a quiet machine: compare its ratios there with those that you noted before a change.
    """
    command = [sys.executable, "-m", "airflow_xcom_toolkit", "bench", "--quick", "--repeat", "1", "--only", "small"]
    where = ["--backend", f"{ShopXComBackend.__module__}.ShopXComBackend", "--path", f"file://{tmp_path}/store"]
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path), "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING"}
    done = subprocess.run([*command, *where, "--json", str(tmp_path / "bench.json")], env=environment, check=False)
    assert done.returncode == 0, "a value came back changed, or nothing was measured"
    found = json.loads((tmp_path / "bench.json").read_text())
    ratios = {line["work"]: line["ratio"] for line in found["suites"][0]["lines"] if line["ratio"]}
    assert ratios.keys() >= {"push, JSON of 100 bytes", "pull, JSON of 100 bytes"}
    print(ratios)
