"""Writes the golden files of a release, once: ``python -m tests.wire.write``. Refuses to write any again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.pipelines import AT, pipeline
from tests.wire.cases import KEY, RELEASE_0_1_0

FOLDER = Path(__file__).parent / "0.1.0"
FORMS: dict[str, tuple[int | None, tuple[str, ...], str | None]] = {
    "row": (None, (), None),
    "object": (0, (), None),
    "compressed-object": (0, (), "gzip"),
    "encrypted-row": (None, (KEY,), None),
    "encrypted-object": (0, (KEY,), "gzip"),
}


def main() -> None:
    if FOLDER.exists():
        sys.exit(f"{FOLDER} exists, and golden files are never rewritten.")
    FOLDER.mkdir()
    for form, (threshold, keys, compression) in FORMS.items():
        pipe = pipeline(FOLDER / "store", threshold=threshold, keys=keys, compression=compression)
        rows = {name: pipe.push(value, AT) for name, value in RELEASE_0_1_0.items()}
        text = json.dumps(rows, indent=1, allow_nan=False, ensure_ascii=True)
        (FOLDER / f"{form}.json").write_text(text + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
