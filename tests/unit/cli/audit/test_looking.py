"""What is seen of a row, by whichever backend it was written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.fernet import Fernet

from airflow_xcom_toolkit import SerdeXComBackend, ToolkitXComBackend
from airflow_xcom_toolkit.cli.audit.configured import STOCK
from airflow_xcom_toolkit.cli.audit.seen import UNNAMED, Seen
from airflow_xcom_toolkit.encryption.keys import key_id
from tests.unit.cli.audit.rows import look
from tests.unit.conftest import SetOptions

KEY = Fernet.generate_key().decode()
SECRET = "s3cr3t"
AT = {"key": "k", "dag_id": "d", "task_id": "t", "run_id": "r"}


def envelope(**changed: Any) -> dict[str, Any]:
    body = {"store": "default", "key": "d/r/t/write/k.npy", "size": 8, "sha256": "0" * 64}
    data = {"type": "py.bytes@1", "tree": "[]", "codecs": [{"name": "zstd"}], "body": body, **changed}
    return {"__classname__": "airflow_xcom_toolkit.Envelope", "__version__": 1, "__data__": data}


@pytest.mark.parametrize(
    ("value", "kind", "name"),
    [
        ({"a": 1}, "plain JSON", "object"),
        ([1], "plain JSON", "list"),
        ("x", "plain JSON", "string"),
        (1, "plain JSON", "number"),
        (1.5, "plain JSON", "number"),
        (True, "plain JSON", "boolean"),
        (None, "plain JSON", "null"),
        ({"__classname__": "builtins.tuple", "__version__": 1, "__data__": []}, "Airflow's serde", "builtins.tuple"),
        ({"__classname__": SECRET, "__version__": 1}, "plain JSON", "object"),
        ({"__classname__": f"a.{SECRET}"}, "plain JSON", "object"),
    ],
)
def test_a_foreign_row_is_called_by_its_type(value: Any, kind: str, name: str) -> None:
    """The name of a class is shown only where Airflow's serialization would take it for one."""
    found = look(value)
    assert (found.kind, found.type, found.row_bytes, found.object_bytes) == (kind, name, len(json.dumps(value)), 0)
    assert found.value_bytes == found.row_bytes


def test_a_row_is_measured_as_the_database_has_it_and_its_value_as_a_threshold_does() -> None:
    """PostgreSQL keeps text as it is, SQLite as escapes; the size that counts for a threshold is the same."""
    on_sqlite, on_postgresql = look(text=json.dumps("é😀")), look(text='"é😀"')
    assert (on_sqlite.row_bytes, on_postgresql.row_bytes) == (20, 8)
    assert on_sqlite.value_bytes == on_postgresql.value_bytes == 20


def test_a_reference_of_the_stock_backend_tells_no_size() -> None:
    found = look("file:///srv/xcom/d/r/t/0192aaaa-bbbb-cccc-dddd-000000000001", kind=STOCK)
    assert (found.kind, found.value_bytes, found.object_bytes) == ("stock reference", None, None)


@pytest.mark.parametrize("value", [b"x" * 5000, {"a": (1, 2), "b": b"y" * 3000}, ["text"] * 1000, {1: 2}])
@pytest.mark.parametrize("keys", ["", KEY], ids=["plain", "encrypted"])
@pytest.mark.parametrize("threshold", [-1, 0])
def test_an_envelope_has_the_size_that_a_threshold_is_compared_with(
    value: Any, keys: str, threshold: int, options: SetOptions
) -> None:
    """About that: what is sealed has a few more bytes, JSON in an object has no blanks."""
    options(xcom_objectstorage_threshold="-1")
    plain = look(SerdeXComBackend.serialize_value(value, **AT))
    options(xcom_objectstorage_threshold=str(threshold), fernet_keys=keys)
    found = look(ToolkitXComBackend.serialize_value(value, **AT))
    assert plain.value_bytes is not None
    assert found.value_bytes is not None
    assert plain.value_bytes * 0.85 <= found.value_bytes <= plain.value_bytes * 1.1 + 500
    assert found.kind == ("plain JSON" if not keys and threshold and value == ["text"] * 1000 else _kind(threshold))
    assert (found.object_bytes == 0) == (threshold == -1)
    assert found.key_id == (key_id(KEY) if keys else None)
    assert (found.type == "encrypted") == bool(keys)


def _kind(threshold: int) -> str:
    return "envelope" if threshold else "envelope and object"


def test_codecs_store_and_version_of_an_envelope_are_seen() -> None:
    found = look(envelope(codecs=[{"name": "zstd"}, {"name": "aes256gcm-stream"}]))
    assert (found.codecs, found.store, found.version) == ("zstd + aes256gcm-stream", "default", 1)
    assert (found.object_bytes, found.stored_bytes, found.value_bytes) == (8, 8 + found.row_bytes, 10)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (envelope(body={"data": "no base64!"}), "malformed"),
        (envelope(body={"store": "default", "key": "d/../../x", "size": 8}), "leaves its store"),
        (envelope(body={"store": "default", "key": "k", "size": -1}), "malformed"),
        (envelope(tree=None), "no type or no tree"),
        (envelope(codecs=[{}]), "no name"),
        (envelope(codecs=None), "malformed"),
        ({**envelope(), "__version__": 2}, "2"),
        ({"__classname__": "airflow_xcom_toolkit.Envelope"}, "no version"),
    ],
)
def test_an_envelope_that_nobody_can_read_says_why(row: Any, problem: str) -> None:
    found = look(row)
    assert found.kind == "malformed"
    assert problem in str(found.problem)


@pytest.mark.parametrize("text", ["", "{", "[1", "9" * 5000])
def test_a_row_that_is_no_json_is_malformed(text: str) -> None:
    assert look(text=text).kind == "malformed"


def test_nothing_of_a_value_is_seen() -> None:
    for row in (
        SECRET,
        {SECRET: SECRET},
        [SECRET],
        envelope(type=f"{SECRET} {SECRET}", codecs=[{"name": f"{SECRET}!"}], summary={SECRET: 1}, tree=SECRET),
        envelope(body={"data": SECRET}),
        envelope(body={"token": SECRET}),
        {"__classname__": "airflow_xcom_toolkit.Envelope", "__version__": SECRET, "__data__": {}},
    ):
        assert SECRET not in repr(look(row))
    assert SECRET not in repr(look(text=f'"{SECRET}'))


def test_an_odd_name_in_an_envelope_is_not_shown() -> None:
    assert look(envelope(type="<script>")).type == UNNAMED


def test_what_is_seen_is_ordered_the_same_on_every_database() -> None:
    found: Seen = look({"a": 1})
    assert found.order == ("sales", "run 1", "load", -1, "return_value", "")
