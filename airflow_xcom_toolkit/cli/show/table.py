"""An explanation, for people and for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timezone
from typing import Any

from rich.table import Table
from rich.text import Text

from .. import words
from .explaining import JSON, SERDE, STOCK, TOOLKIT, Explanation
from .finding import Found
from .plain import printable

_WRITERS = {
    TOOLKIT: "airflow-xcom-toolkit, in format {version}",
    SERDE: "Airflow's own serialization",
    STOCK: "the stock object storage backend: a reference",
    JSON: "anybody: plain JSON, as every backend writes it",
}


def to_json(found: Found, explanation: Explanation, checks: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that is known; without ``--value`` nothing of the value."""
    at = found.at
    return {
        "dag_id": at.dag_id,
        "run_id": at.run_id,
        "task_id": at.task_id,
        "map_index": at.map_index,
        "key": at.key,
        "written": found.written.isoformat() if found.written else None,
        **{name: part for name, part in vars(explanation).items() if name != "is_here"},
        "keys": [{"key_id": name, "is_here": here} for name, here in explanation.is_here.items()],
        **checks,
    }


def shown(found: Found, explanation: Explanation, checks: Mapping[str, Any]) -> Iterator[Any]:
    """The explanation, then the value where it was loaded."""
    yield Text(printable(_title(found)), style="bold")
    table = Table(show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in _lines(found, explanation, checks):
        table.add_row(name, Text(printable(text)))
    yield table
    if "value" in checks:
        yield Text(f"The value, a {printable(checks['value_type'])}:", style="bold")
        yield Text(checks["value"], no_wrap=True, overflow="ignore")


def _title(found: Found) -> str:
    return str(found.at) if found.at.task_id else "A row that does not say whose it is"


def _lines(found: Found, explanation: Explanation, checks: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if found.written:
        yield "written", f"{found.written.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S} UTC"
    yield "written by", _WRITERS[explanation.writer].format(version=explanation.version)
    yield "row", f"{explanation.row_bytes:,} bytes of JSON"
    yield from _sealed(explanation) if explanation.encrypted else ()
    yield from _described(explanation)
    if explanation.codecs:
        yield "codecs", ", then ".join(explanation.codecs)
    yield from _where(explanation)
    if checks.get("verified"):
        yield "verified", "its bytes are there, and they are those that were written"
    for note in explanation.notes:
        yield "note", note


def _sealed(explanation: Explanation) -> Iterator[tuple[str, str]]:
    for name, is_here in explanation.is_here.items():
        here = {True: "which is here", False: "which is not here", None: "the backend's own cipher has it, or not"}
        yield "encrypted", f"with the key {name}, {here[is_here]}"
    if explanation.type is None and not explanation.problems:
        yield "type", "sealed, and so is all that describes the value; --value or --verify opens it"


def _described(explanation: Explanation) -> Iterator[tuple[str, str]]:
    if explanation.type is not None:
        yield "type", explanation.type
    if explanation.summary:
        yield "summary", ", ".join(f"{name}: {_short(part)}" for name, part in explanation.summary.items())
    if isinstance(explanation.schema, dict):
        known = [f"{explanation.schema.get('name')}, version {explanation.schema.get('version')}"]
        yield "schema", ", ".join(known)


def _where(explanation: Explanation) -> Iterator[tuple[str, str]]:
    body = explanation.body
    if body is None:
        if explanation.writer == TOOLKIT and not explanation.problems:
            yield "bytes", "none besides the row"
    elif body["in"] == "row":
        yield "bytes", "in the row" + (f", {words.size(body['size'])}" if body["size"] is not None else ", encrypted")
    else:
        yield "bytes", "in an object" + (f" of {body['size']:,} bytes" if body["size"] is not None else "")
        named = {"store": body["store"], "object": body["key"], "URL": body["url"], "sha256": body["sha256"]}
        yield from ((name, str(part)) for name, part in named.items() if part is not None)


def _short(part: Any) -> str:
    return part if isinstance(part, str) else json.dumps(part)
