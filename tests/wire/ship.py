"""Copies the golden files of a release to where users get them, once: ``python -m tests.wire.ship 0.2.0``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from airflow_xcom_toolkit.testing import golden
from airflow_xcom_toolkit.testing.golden.values import TOOLKIT
from tests.wire.write import FOLDER, FORMS

SHIPPED = Path(golden.__file__).parent


def main() -> None:
    release = sys.argv[1]
    file = SHIPPED / f"{release}.json"
    if file.exists():
        sys.exit(f"{file} exists, and golden files are never rewritten.")
    file.write_text(json.dumps(shipped(release), separators=(",", ":"), ensure_ascii=True) + "\n", encoding="ascii")


def shipped(release: str) -> dict[str, Any]:
    """What is shipped of a release: all but the rows whose classes are declared in these tests."""
    return {form: {name: _row(release, form, name) for name in TOOLKIT[release]} for form in FORMS}


def _row(release: str, form: str, name: str) -> dict[str, Any]:
    row = json.loads((FOLDER / release / f"{form}.json").read_text())[name]
    key = _object_key(row)
    objects = {key: (FOLDER / release / "store" / key).read_bytes()} if key else {}
    return golden.GoldenRow(row, objects).to_json(golden.STORE)


def _object_key(row: Any) -> str | None:
    body = row["__data__"]["body"] if isinstance(row, dict) and "__data__" in row else None
    return body["key"] if body and "store" in body else None


if __name__ == "__main__":
    main()
