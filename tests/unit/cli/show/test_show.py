"""``show``: what a row says, and a value's beginning."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_xcom_toolkit.abc import Coordinate, Part
from airflow_xcom_toolkit.cli.show import preview as previewing
from airflow_xcom_toolkit.cli.show.explaining import explain
from airflow_xcom_toolkit.cli.show.finding import Found
from airflow_xcom_toolkit.cli.show.plain import MAX_CHARACTERS
from airflow_xcom_toolkit.cli.show.preview import preview
from airflow_xcom_toolkit.cli.show.table import shown, to_json
from airflow_xcom_toolkit.encryption import KeyRing
from airflow_xcom_toolkit.metadata import RowStore
from tests.unit.cli.deployed import LOST, NEW, Deployed

OURS = ("sales", "run 1", "load")
FRAME = pd.DataFrame({"price": np.arange(1000.0), "city": ["Oslo"] * 1000})


def test_a_row_is_explained_without_touching_its_object(deployed: Deployed) -> None:
    row = deployed.push(FRAME)
    deployed.objects()[0].unlink()
    found = deployed.call("show", *OURS, "--json")
    assert found.code == 0
    body = row["__data__"]["body"]
    assert found.json["body"] == {
        "in": "object",
        "url": f"file://{deployed.folder}/store/{body['key']}",
        **body,
    }
    assert found.json["type"] == "pandas.dataframe@1"
    assert found.json["summary"] == {"rows": 1000, "columns": 2}
    assert found.json["written"].startswith("2026-01-02T03:04:05")
    printed = deployed.call("show", *OURS).output
    for text in ("sales.load", "pandas.dataframe@1", "rows: 1000", "file://", body["sha256"]):
        assert text in printed
    assert "Oslo" not in printed


def test_a_value_is_previewed(deployed: Deployed) -> None:
    deployed.push(FRAME)
    found = deployed.call("show", *OURS, "--value")
    assert found.code == 0
    assert "Oslo" in found.output
    assert "999.0" not in found.output


def test_only_the_first_rows_of_a_frame_are_loaded(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed.push(FRAME)
    asked: list[Part | None] = []
    original = deployed.backend.pull.__func__

    def pull(cls: Any, row: Any, at: Any, part: Part | None = None) -> Any:
        asked.append(part)
        return original(cls, row, at, part)

    monkeypatch.setattr(deployed.backend, "pull", classmethod(pull))
    assert deployed.call("show", *OURS, "--value").code == 0
    assert asked == [Part(rows=(0, previewing.ROWS))]


def test_of_an_encrypted_row_nothing_is_opened_unless_asked_for(deployed: Deployed) -> None:
    deployed.options(fernet_keys=NEW)
    deployed.push(FRAME)
    sealed = deployed.call("show", *OURS)
    assert sealed.code == 0
    assert KeyRing([NEW]).primary_id in sealed.output
    assert "which is here" in sealed.output
    assert "pandas" not in sealed.output
    opened = deployed.call("show", *OURS, "--value")
    assert "pandas.dataframe@1" in opened.output
    assert "Oslo" in opened.output


def test_a_key_that_is_not_here_is_said_to_be_so(deployed: Deployed) -> None:
    deployed.options(fernet_keys=LOST)
    deployed.push(FRAME)
    deployed.options(fernet_keys=NEW)
    assert deployed.call("show", *OURS, "--json").json["keys"] == [
        {"key_id": KeyRing([LOST]).primary_id, "is_here": False}
    ]
    refused = deployed.call("show", *OURS, "--value")
    assert refused.code == 1
    assert "DecryptionError" in refused.errors
    assert "Oslo" not in refused.output


@pytest.mark.parametrize("keys", ["", NEW], ids=["plain", "encrypted"])
def test_verifying_reads_the_object_and_says_what_is_wrong(deployed: Deployed, keys: str) -> None:
    deployed.options(fernet_keys=keys)
    deployed.push(FRAME)
    verified = deployed.call("show", *OURS, "--verify", "--json")
    assert (verified.code, verified.json["verified"]) == (0, True)
    (path,) = deployed.objects()
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert "IntegrityError" in deployed.call("show", *OURS, "--verify").errors
    path.unlink()
    gone = deployed.call("show", *OURS, "--verify")
    assert gone.code == 1
    assert "ObjectMissingError" in gone.errors


def test_a_value_in_its_row_has_no_object_to_verify(deployed: Deployed) -> None:
    deployed.push((1, 2))
    found = deployed.call("show", *OURS, "--verify", "--json")
    assert found.code == 0
    assert "verified" not in found.json
    assert "no object" in found.json["notes"][0]


def test_a_row_that_was_copied_from_another_xcom_is_not_shown(deployed: Deployed) -> None:
    deployed.options(fernet_keys=NEW)
    row = deployed.push({"a": "Oslo"}, "other")
    deployed.plant(row, Coordinate("sales", "run 1", "load", -1, "return_value"))
    found = deployed.call("show", *OURS, "--value")
    assert found.code == 1
    assert "copied here" in found.errors
    assert "Oslo" not in found.output


ROWS: dict[str, tuple[Any, str]] = {
    "plain JSON": ({"a": 1}, "json"),
    "Airflow's serde": ({"__classname__": "builtins.tuple", "__version__": 1, "__data__": [1]}, "airflow serde"),
}


@pytest.mark.parametrize("name", ROWS)
def test_who_wrote_a_row_is_told(deployed: Deployed, name: str) -> None:
    row, writer = ROWS[name]
    deployed.plant(row, Coordinate(*OURS, -1, "return_value"))
    assert deployed.call("show", *OURS, "--json").json["writer"] == writer


def test_a_reference_of_the_stock_backend_is_told_from_a_text(deployed: Deployed) -> None:
    for task, base in (("load", f"file://{deployed.folder}/store"), ("other", "s3://elsewhere")):
        url = f"{base}/sales/x/12345678-1234-1234-1234-123456789abc"
        deployed.plant(url, Coordinate("sales", "run 1", task, -1, "return_value"))
    found = deployed.call("show", *OURS, "--json").json
    assert (found["writer"], found["body"]["url"].startswith("file://")) == ("stock reference", True)
    text = deployed.call("show", "sales", "run 1", "other", "--json").json
    assert text["writer"] == "json"
    assert "read as the text" in text["notes"][0]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"__version__": 2}, "EnvelopeVersionError"),
        ({"__data__": {"type": 1}}, "EnvelopeError"),
        ({"__data__": None}, "EnvelopeError"),
    ],
)
def test_a_row_that_cannot_be_read_is_explained_as_far_as_it_goes(
    deployed: Deployed, change: dict[str, Any], error: str
) -> None:
    row = {**deployed.push((1, 2), "whole"), **change}
    deployed.plant(row, Coordinate(*OURS, -1, "return_value"))
    found = deployed.call("show", *OURS)
    assert found.code == 1
    assert error in found.errors
    assert "airflow-xcom-toolkit" in found.output


def test_a_row_of_a_store_that_is_not_configured_says_so(deployed: Deployed) -> None:
    row = deployed.push(FRAME, "other")
    row["__data__"]["body"]["store"] = "old"
    deployed.plant(row, Coordinate(*OURS, -1, "return_value"))
    found = deployed.call("show", *OURS)
    assert found.code == 1
    assert "UntrustedReferenceError" in found.errors


# What there is instead -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "instead"),
    [
        (("salse", "run 1", "load"), "no XComs of dag 'salse'"),
        (("sales", "run 2", "load"), "'run 1'"),
        (("sales", "run 1", "save"), "'load'"),
        (("sales", "run 1", "load", "--key", "x"), "'report'"),
        (("sales", "run 1", "each"), "--map-index 0, 1, 2"),
        (("sales", "run 1", "load", "--key", "report", "--map-index", "3"), "leave out --map-index"),
    ],
)
def test_a_mistyped_name_is_answered_with_what_there_is(
    deployed: Deployed, arguments: tuple[str, ...], instead: str
) -> None:
    deployed.push(1, key="report")
    for index in range(3):
        deployed.push(1, "each", index=index)
    found = deployed.call("show", *arguments)
    assert found.code == 1
    assert instead in found.errors


@pytest.mark.parametrize("arguments", [(), ("sales",), ("sales", "run 1"), ("sales", "--row", "-")])
def test_a_row_that_is_not_named_is_a_wrong_call(deployed: Deployed, arguments: tuple[str, ...]) -> None:
    found = deployed.call("show", *arguments)
    assert found.code == 2
    assert "DAG_ID" in found.errors


# From a file -----------------------------------------------------------------------------------------------------


def no_database(cls: Any) -> Any:
    raise AssertionError("the database was asked for")


def answered(row: Any, **changes: Any) -> dict[str, Any]:
    """As Airflow's REST API answers."""
    at = {"dag_id": "sales", "run_id": "run 1", "task_id": "load", "map_index": -1, "key": "return_value"}
    return {**at, "timestamp": "2026-01-02T03:04:05Z", "logical_date": None, "value": row, **changes}


@pytest.mark.parametrize(
    "shape", [lambda row: row, answered, lambda row: answered(json.dumps(row))], ids=["row", "answer", "text in it"]
)
def test_a_row_from_a_file_needs_no_database(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, shape: Callable[[Any], Any]
) -> None:
    row = deployed.push(FRAME)
    monkeypatch.setattr(RowStore, "connected", classmethod(no_database))
    file = deployed.folder / "row.json"
    file.write_text(json.dumps(shape(row)))
    found = deployed.call("show", "--row", str(file), "--value")
    assert found.code == 0
    assert "Oslo" in found.output


def test_a_row_from_standard_input(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(deployed.push(FRAME))))
    assert deployed.call("show", "--row", "-", "--json").json["type"] == "pandas.dataframe@1"


def test_a_row_in_an_answer_that_says_it_is_anothers_does_not_open(deployed: Deployed) -> None:
    deployed.options(fernet_keys=NEW)
    file = deployed.folder / "row.json"
    file.write_text(json.dumps(answered(deployed.push("Oslo"), task_id="other")))
    found = deployed.call("show", "--row", str(file), "--value")
    assert found.code == 1
    assert "copied here" in found.errors


@pytest.mark.parametrize(("text", "problem"), [("{", "line 1"), ("[" * 100_000, "not JSON"), (None, "cannot be read")])
def test_a_file_without_a_row_says_what_it_is(deployed: Deployed, text: str | None, problem: str) -> None:
    file = deployed.folder / "row.json"
    if text is not None:
        file.write_text(text)
    found = deployed.call("show", "--row", str(file))
    assert found.code == 2
    assert problem in found.errors


def test_rows_of_the_toolkit_are_read_under_another_backend_as_well(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on the way to it, or back."""
    from airflow.sdk.bases.xcom import BaseXCom
    from airflow.sdk.execution_time import xcom

    deployed.push(FRAME)
    monkeypatch.setattr(xcom, "XCom", BaseXCom)
    assert "Oslo" in deployed.call("show", *OURS, "--value").output


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
parts = {
    **dict.fromkeys(("type", "tree"), st.text(max_size=5) | junk),
    **dict.fromkeys(("summary", "schema"), junk),
    "codecs": st.just([]) | st.just([{"name": "zstd"}]) | junk,
    "body": st.just({"store": "x", "key": "../y", "size": 3}) | st.just({"data": "eA=="}) | junk,
    "sealed": st.just({"token": "x", "key_id": "y"}) | junk,
}


@given(st.fixed_dictionaries({}, optional=parts), st.just(1) | junk)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_a_row_says_it_is_explained(deployed: Deployed, data: Any, version: Any) -> None:
    """It may be anybody's, and of a file that somebody edited."""
    row = {"__classname__": "airflow_xcom_toolkit.Envelope", "__version__": version, "__data__": data}
    found = Found(row, Coordinate())
    explanation = explain(row, deployed.backend.pipeline())
    assert list(shown(found, explanation, {}))
    assert json.dumps(to_json(found, explanation, {}))


# Previews --------------------------------------------------------------------------------------------------------

VALUES = {
    "a long text": "x" * 10_000_000,
    "very many items": list(range(1_000_000)),
    "deep": json.loads("[" * 500 + "]" * 500),
    "many long keys": {str(n) * 1000: "y" * 1000 for n in range(1000)},
    "a frame": FRAME,
    "a wide frame": pd.DataFrame(np.zeros((50, 5000))),
    "a frame of long texts": pd.DataFrame({"a": ["x" * 1_000_000] * 20}),
    "a series": FRAME["city"],
    "an array": np.zeros((1000, 1000)),
    "an array of texts": np.array(["x" * 100_000] * 3),
    "nested": {"train": [FRAME, np.zeros(10_000)]},
    "bytes": b"x" * 10_000_000,
}


@pytest.mark.parametrize("name", VALUES)
def test_a_preview_is_a_screen_or_two(name: str) -> None:
    shown = preview(VALUES[name])
    assert shown
    assert len(shown) <= MAX_CHARACTERS + 100


@pytest.mark.parametrize("value", [{"a": "\x1b[31m"}, pd.DataFrame({"a": ["\x1b]0;x\x07"]}), np.array(["\x9b31m"])])
def test_a_preview_has_nothing_that_a_terminal_acts_on(value: Any) -> None:
    assert all(one.isprintable() or one == "\n" for one in preview(value))
