"""Rows and objects that releases wrote, to be read for ever by every later one.

Those of the toolkit's own releases are here, one file each, never changed: for backends that read them. Those of your
own releases are written once each, and never again::

    python -m airflow_xcom_toolkit.testing.golden tests.test_xcom.TestAcmeXCom tests/golden/1.0

Committed, and named by your class (``golden = "golden"``, the folder of all releases), its tests read them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ...abc import Json

KEY = "Z29sZGVuLWtleS1vZi10aGUtd2lyZS1mb3JtYXQtIDE="
"""The Fernet key of the toolkit's golden rows. It protects nothing: it is here for all to see."""

RELEASES = ("0.1.0", "0.2.0")
FORMS = ("row", "object", "compressed-object", "encrypted-row", "encrypted-object")

STORE = "golden-store:/"
"""Stands in a row where the URL of the store was that it was written to."""


@dataclass(frozen=True)
class GoldenRow:
    """A row, and its objects by their keys below the store."""

    row: Json
    objects: Mapping[str, bytes]

    def to_json(self, store: str) -> dict[str, Any]:
        """What a file has of it, wherever it was written."""
        objects = {key: base64.b64encode(data).decode() for key, data in self.objects.items()}
        return {"row": _moved(self.row, store, STORE), "objects": objects}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], store: str) -> GoldenRow:
        """The row as it would have been written to the store with that URL."""
        objects = {key: base64.b64decode(text) for key, text in data["objects"].items()}
        return cls(_moved(data["row"], STORE, store), objects)


def toolkit_row(release: str, form: str, name: str) -> GoldenRow:
    """What a release of the toolkit wrote."""
    return GoldenRow.from_json(_release(release)[form][name], STORE)


@cache
def _release(release: str) -> Any:
    return json.loads((Path(__file__).parent / f"{release}.json").read_text())


def _moved(row: Json, old: str, new: str) -> Any:
    """The row, with one URL in its strings in place of another."""
    if isinstance(row, str):
        return row.replace(old.rstrip("/"), new.rstrip("/"))
    if isinstance(row, list):
        return [_moved(item, old, new) for item in row]
    if isinstance(row, dict):
        return {key: _moved(item, old, new) for key, item in row.items()}
    return row
