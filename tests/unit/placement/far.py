"""A store that is no folder of local files to the toolkit, and counts what is read of it, by any process."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from fsspec.implementations.dirfs import DirFileSystem
from fsspec.implementations.local import LocalFileSystem

from airflow_xcom_toolkit.abc import Reference, Sink
from airflow_xcom_toolkit.pipeline import Pipeline
from airflow_xcom_toolkit.placement import ObjectPlacement, ReadCache
from tests.pipelines import AT, pipeline

SIZE = 3_000_000
ROOMY = 100_000_000


class Far(DirFileSystem):  # type: ignore[misc]
    """Notes in a file how many bytes each read gave; fails while it is ``down``."""

    cachable = False

    def __init__(self, folder: Path) -> None:
        (folder / "objects").mkdir(parents=True, exist_ok=True)
        super().__init__(str(folder / "objects"), LocalFileSystem(auto_mkdir=True))
        self.folder = folder
        self.down: Exception | None = None

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **kwargs: Any) -> bytes:
        if self.down is not None:
            raise self.down
        data: bytes = super().cat_file(path, start=start, end=end, **kwargs)
        with (self.folder / "reads").open("a") as reads:
            reads.write(f"{len(data)}\n")
        return data

    @property
    def bytes_read(self) -> int:
        """Without the questions for the last byte."""
        return sum(count for count in self._reads() if count > 1)

    @property
    def questions(self) -> int:
        return sum(count == 1 for count in self._reads())

    @property
    def files(self) -> list[Path]:
        return sorted(path for path in (self.folder / "objects").rglob("*") if path.is_file())

    def _reads(self) -> list[int]:
        noted = self.folder / "reads"
        return [int(line) for line in noted.read_text().split()] if noted.exists() else []


def placement(far: Far, cache: Path | None, max_bytes: int = ROOMY, base: str = "xcom") -> ObjectPlacement:
    """Over ``far``, with a cache in the folder ``cache``."""
    return ObjectPlacement(
        {"default": f"far://{base}"},
        lambda url: SimpleNamespace(fs=far, path=url.removeprefix("far://")),
        threshold=0,
        cache=ReadCache(str(cache), max_bytes) if cache else None,
    )


def cached(far: Far, cache: Path | None, max_bytes: int = ROOMY, **options: Any) -> Pipeline:
    """A pipeline over ``far``, with a cache in the folder ``cache``."""
    return pipeline(far.folder, placement=placement(far, cache, max_bytes), **options)


def value(seed: int = 0) -> Any:
    """An array of about `SIZE` bytes that no other seed gives."""
    return np.random.default_rng(seed).random(SIZE // 8)


def stored(place: ObjectPlacement, size: int = SIZE, seed: int = 0, *, hashed: bool = True) -> Reference:
    data = np.random.default_rng(seed).bytes(size)

    def write(sink: Sink) -> None:
        sink.write(data)

    return place.store(AT, ".bin", write, hashed=hashed)


def fetched(place: ObjectPlacement, reference: Reference) -> bytes:
    reader = place.fetch(reference)
    data = reader.read()
    reader.verify()
    return data


def copies(cache: Path) -> list[Path]:
    """Every file below the folder of a cache."""
    return sorted(path for path in cache.rglob("*") if path.is_file())
