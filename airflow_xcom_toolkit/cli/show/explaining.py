"""What a row says, without opening anything that is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...abc import Json, Reference
from ...backends import configured
from ...description import row_size
from ...envelope import Envelope, Header, is_envelope
from ...errors import ConfigurationError, XComToolkitError
from ...foreign import looks_like_a_reference
from ...pipeline import Pipeline
from ...rotation import key_ids
from ..rotate.usage import Keys

TOOLKIT, SERDE, STOCK, JSON = "airflow-xcom-toolkit", "airflow serde", "stock reference", "json"


@dataclass
class Explanation:
    """One row. What is not known, or is sealed, is ``None``; ``is_here`` is by key id, ``None`` where nothing tells."""

    writer: str
    row_bytes: int
    version: Any = None
    encrypted: bool = False
    is_here: dict[str, bool | None] = field(default_factory=dict)
    type: str | None = None
    summary: Mapping[str, Json] | None = None
    schema: Json = None
    codecs: list[str] = field(default_factory=list)
    body: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def problem(self, error: Exception) -> None:
        """Something is wrong."""
        self.problems.append(told(error))


def told(error: Exception) -> str:
    """What went wrong. Messages of others than the toolkit may quote the value; that of an import names a class."""
    is_told = isinstance(error, (XComToolkitError, ImportError))
    return f"{type(error).__name__}: {error}" if is_told else type(error).__name__


def reading_backend() -> Any:
    """The configured backend; one that reads every row of the toolkit where another is configured, or none yet."""
    try:
        return configured()
    except ConfigurationError:
        from ...backends import SerdeXComBackend

        return SerdeXComBackend


def explain(row: Json, pipeline: Pipeline) -> Explanation:
    """What ``row`` says. Its object is not touched, and no key is used."""
    if isinstance(row, dict) and is_envelope(row):
        return _envelope(row, pipeline)
    found = Explanation(JSON, row_size(row), type="json@1")
    if isinstance(row, dict) and "__classname__" in row:
        found.writer, found.type = SERDE, str(row["__classname__"])
        found.notes.append("Airflow's own serialization wrote it, under BaseXCom or below the threshold of another.")
    elif isinstance(row, str):
        _text(row, pipeline, found)
    return found


def _text(row: str, pipeline: Pipeline, found: Explanation) -> None:
    """A string may be a value, or a reference that the stock backend wrote."""
    try:
        url = pipeline.foreign_url(row)
    except XComToolkitError as e:
        return found.problem(e)
    if url is not None:
        found.writer, found.type = STOCK, None
        found.body = {"in": "object", "store": None, "key": None, "size": None, "sha256": None, "url": url}
        found.notes.append("It has no hash: whether the object is the one that was written, nobody can tell.")
    elif looks_like_a_reference(row):
        found.notes.append(
            "It looks like a reference of the stock backend, and is below no [common.io] xcom_objectstorage_path of "
            "this deployment: it is read as the text that it is."
        )


def _envelope(row: dict[str, Any], pipeline: Pipeline) -> Explanation:
    found = Explanation(TOOLKIT, row_size(row), row.get("__version__"))
    needed = key_ids(row)
    found.encrypted, found.is_here = bool(needed), _here(needed, pipeline)
    try:
        envelope = Envelope.from_row(row)
    except XComToolkitError as e:
        found.problem(e)
        return found
    if isinstance(envelope.header, Header):
        header = envelope.header
        found.type, found.schema = header.type, header.schema
        found.summary = header.summary if isinstance(header.summary, dict) else None
    found.codecs = [str(codec.get("name")) for codec in envelope.codecs]
    found.body = _body(envelope, pipeline, found)
    return found


def _body(envelope: Envelope, pipeline: Pipeline, found: Explanation) -> dict[str, Any] | None:
    body = envelope.body
    if not isinstance(body, Reference):
        size = len(body) if isinstance(body, bytes) else None
        return None if body is None else {"in": "row", "size": size}
    said = {"in": "object", "store": body.store, "key": body.key, "size": body.size, "sha256": body.sha256}
    try:
        return {**said, "url": pipeline.placement.url(body)}
    except XComToolkitError as e:
        found.problem(e)
        return {**said, "url": None}


def _here(needed: tuple[str, ...], pipeline: Pipeline) -> dict[str, bool | None]:
    if not needed:
        return {}
    try:
        keys = Keys.of(pipeline.decryption())
    except ConfigurationError:
        return dict.fromkeys(needed, False)
    return {name: True if name in keys.listed else False if keys.are_all else None for name in needed}
