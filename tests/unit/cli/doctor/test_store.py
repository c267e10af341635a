"""Put, get and delete are tried, and nothing is left of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines import objects
from tests.unit.cli.doctor.conftest import Report
from tests.unit.conftest import SetOptions

Call = Callable[..., Report]
MINE = "tests.unit.cli.doctor.backends"


@pytest.fixture
def store(options: SetOptions, tmp_path: Path) -> Path:
    options(xcom_objectstorage_threshold="0")
    return tmp_path / "store"


def test_put_get_and_delete_are_tried_and_nothing_is_left(report: Call, store: Path) -> None:
    """Not even the folder, if it was not there."""
    found = report("store", "values")
    assert found.code == 0
    texts = [finding["text"] for finding in found.findings("ok")]
    assert [text.partition(":")[0] for text in texts[:3]] == ["put", "get", "delete"]
    assert not store.exists()


def test_a_folder_that_was_there_stays_with_what_is_in_it(report: Call, store: Path) -> None:
    store.mkdir()
    (store / "of others").mkdir()
    report("store", "values")
    assert [path.name for path in store.iterdir()] == ["of others"]


def test_a_store_that_cannot_be_written_to_fails_with_what_to_do(
    report: Call, options: SetOptions, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    options(xcom_objectstorage_threshold="0", xcom_objectstorage_path=f"file://{tmp_path}/file/below")
    found = report("store")
    assert found.code == 1
    assert found.the("failed").startswith("put: StorageError")
    assert "has to be able to write" in found.the("failed")


def test_ctrl_c_leaves_nothing(doctor: Callable[..., int], store: Path, capfd: Any) -> None:
    assert doctor("store", backend=f"{MINE}.Interrupting") == 130
    assert objects(store) == []
    assert "Interrupted" in capfd.readouterr().err


def test_what_cannot_be_deleted_is_named(doctor: Callable[..., int], store: Path, capfd: Any) -> None:
    """So that it can be removed by others; and the right that is missing is."""
    assert doctor("store", backend=f"{MINE}.Keeping") == 1
    printed = capfd.readouterr()
    (left,) = objects(store)
    assert f"Not removed from the store: the object '{left.relative_to(store)}'" in printed.err.replace("\n", "")
    assert "the right to delete objects" in " ".join(printed.out.split())


def test_a_further_store_is_only_read(report: Call, options: SetOptions, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    stores = {"old": f"file://{tmp_path}/old", "gone": f"file://{tmp_path}/gone"}
    options(xcom_objectstorage_threshold="0", stores=json.dumps(stores))
    found = report("store")
    assert "The store 'gone' is not here" in found.the("failed")
    assert found.findings("ok")[-1]["text"] == "The store 'old' is here."
    assert list((tmp_path / "old").iterdir()) == []


def test_a_scheme_without_its_library_says_what_to_install(report: Call, options: SetOptions) -> None:
    options(xcom_objectstorage_threshold="0", xcom_objectstorage_path="gs://bucket/xcom")
    assert "pip install 'airflow-xcom-toolkit[gcs]'" in report("store").the("failed")


def test_without_a_path_there_is_nothing_to_try(report: Call, options: SetOptions) -> None:
    options(xcom_objectstorage_path="")
    assert report("store").the("skipped").startswith("There is no path")


def test_a_cache_that_cannot_be_made_fails(report: Call, options: SetOptions, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    options(cache_dir=str(tmp_path / "file" / "cache"))
    assert "every pull of a large object fails" in report("cache").the("failed")


def test_a_cache_larger_than_its_disk_is_a_warning(report: Call, options: SetOptions, tmp_path: Path) -> None:
    options(cache_dir=str(tmp_path / "cache"), cache_max_bytes=str(10**18))
    found = report("cache")
    assert "cache_max_bytes is" in found.the("warning")
    assert not (tmp_path / "cache").exists()
