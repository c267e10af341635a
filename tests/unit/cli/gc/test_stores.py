"""An object has one place, whichever store or connection leads to it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fsspec.implementations.local import LocalFileSystem

from airflow_xcom_toolkit.abc import Reference
from airflow_xcom_toolkit.cli.gc.stores import Store, Stores

S3: Any = SimpleNamespace(protocol=("s3", "s3a"))


def s3(name: str, base: str) -> Store:
    return Store(name, f"s3://aws@{base}", S3, base)


def test_a_url_of_the_stock_backend_leads_to_the_place_of_the_listed_object() -> None:
    """By another connection, or by another name of the protocol."""
    store = s3("default", "bucket/xcom")
    for url in ("s3://aws@bucket/xcom/a/b", "s3://other@bucket/xcom/a/b", "s3a://bucket/xcom/a/b"):
        assert Stores([store]).place_of(url) == store.place("a/b")


def test_a_store_inside_of_another_leads_to_the_same_places() -> None:
    assert s3("default", "bucket/xcom").place("old/a/b") == s3("old", "bucket/xcom/old").place("a/b")


def test_local_files_have_one_place_whichever_link_leads_to_them(tmp_path: Path) -> None:
    (tmp_path / "real" / "a").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    real, link = (Store(name, "", LocalFileSystem(), str(tmp_path / name)) for name in ("real", "link"))
    assert real.place("a/b") == link.place("a/b") == Stores([real]).place_of(f"file://{tmp_path}/link/a/b")


def test_a_reference_to_a_store_that_is_not_known_may_be_in_any() -> None:
    stores = Stores([s3("default", "bucket/xcom"), s3("old", "bucket/old")])
    assert len(stores.places(Reference("default", "a/b", 1))) == 1
    assert len(stores.places(Reference("gone", "a/b", 1))) == 2
