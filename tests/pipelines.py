"""Pipelines without Airflow, for tests: real stores and keys, an open gate, no foreign rows."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fsspec
from cryptography.fernet import Fernet

from airflow_xcom_toolkit.abc import Coordinate, HandlerContext
from airflow_xcom_toolkit.compression import Compression
from airflow_xcom_toolkit.encryption import FernetEncryption, KeyRing
from airflow_xcom_toolkit.pipeline import Pipeline
from airflow_xcom_toolkit.placement import ObjectPlacement
from airflow_xcom_toolkit.registry import HandlerRegistry
from tests.roundtrip import OpenGate

AT = Coordinate("dag", "run", "task", -1, "return_value")
KEY = Fernet.generate_key().decode()


def open_path(url: str) -> Any:
    """What Airflow's ``ObjectStoragePath`` gives the placement, by fsspec alone."""
    fs, path = fsspec.core.url_to_fs(url)
    return SimpleNamespace(fs=fs, path=path)


def refuse_foreign(row: Any) -> Any:
    return row


def pipeline(
    store: Path | str,
    *,
    threshold: int | None = 0,
    keys: tuple[str, ...] = (),
    encrypt: bool | None = None,
    compression: str | None = None,
    dataframe_format: str = "arrow",
    **options: Any,
) -> Pipeline:
    """A pipeline over a local folder (or URL); encrypting when there are keys."""
    url = store if isinstance(store, str) else f"file://{store}"
    encryption = FernetEncryption(lambda: KeyRing(keys)) if keys else None
    return Pipeline(
        handlers=options.pop("handlers", None) or HandlerRegistry(),
        context=HandlerContext(OpenGate(), dataframe_format),
        placement=options.pop("placement", None) or ObjectPlacement({"default": url}, open_path, threshold=threshold),
        compression=Compression(compression),
        encryption=encryption if encrypt is not False else None,
        decryption=lambda: encryption or FernetEncryption(lambda: KeyRing(())),
        foreign_load=refuse_foreign,
        foreign_purge=refuse_foreign,
        **options,
    )


def strict(row: Any) -> Any:
    """What every database gives back for ``row``: strict JSON, no NUL, keys in another order."""
    text = json.dumps(row, allow_nan=False)
    assert "\\u0000" not in json.dumps(row).replace("\\\\u0000", ""), "NUL in a row"
    text.encode("utf-8")
    return json.loads(text, object_pairs_hook=lambda pairs: dict(sorted(pairs, reverse=True)))


def objects(store: Path) -> list[Path]:
    """The files below a local store."""
    return sorted(path for path in store.rglob("*") if path.is_file())
