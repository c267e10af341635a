"""Writes the golden files of a release, once: ``python -m tests.wire.write 0.2.0``. Refuses to write any again."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from airflow_xcom_toolkit.handlers._classes import HANDLERS as CLASSES
from airflow_xcom_toolkit.pipeline import Pipeline
from airflow_xcom_toolkit.registry import HandlerRegistry
from airflow_xcom_toolkit.schemas import Catalogue, Stamps, schema_handlers
from tests.pipelines import AT, pipeline
from tests.wire.cases import KEY, RELEASES, pushed

FOLDER = Path(__file__).parent
FORMS: dict[str, tuple[int | None, tuple[str, ...], str | None]] = {
    "row": (None, (), None),
    "object": (0, (), None),
    "compressed-object": (0, (), "gzip"),
    "encrypted-row": (None, (KEY,), None),
    "encrypted-object": (0, (KEY,), "gzip"),
}


def golden_pipeline(store: Path, **options: Any) -> Pipeline:
    """One that knows the schemas of the golden rows."""
    handlers = HandlerRegistry(first=schema_handlers(Catalogue(), CLASSES))
    return pipeline(store, handlers=handlers, schema=Stamps(Catalogue()), **options)


def main() -> None:
    release = sys.argv[1]
    folder = FOLDER / release
    if folder.exists():
        sys.exit(f"{folder} exists, and golden files are never rewritten.")
    folder.mkdir()
    for form, (threshold, keys, compression) in FORMS.items():
        pipe = golden_pipeline(folder / "store", threshold=threshold, keys=keys, compression=compression)
        rows = {name: pipe.push(pushed(value), AT) for name, value in RELEASES[release].items()}
        text = json.dumps(rows, indent=1, allow_nan=False, ensure_ascii=True)
        (folder / f"{form}.json").write_text(text + "\n", encoding="ascii")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files]
    (FOLDER / f"{release}.sha256").write_text("".join(sums))


if __name__ == "__main__":
    main()
