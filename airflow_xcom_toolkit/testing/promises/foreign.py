"""Promise 5: rows that others wrote, and strings that look like theirs."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend
from airflow.sdk.bases.xcom import BaseXCom

from ...abc import Json
from ..base import Contract, Deploy, needs
from ..same import assert_same
from ..xcoms import MAPPED, XComs

OF_BASEXCOM = {
    "a dict": {"a": [1, 2.5, None, True, "text"], "b": {}},
    "a list": [],
    "a text": "text",
    "no text": "",
    "a number": 3,
    "false": False,
    "a path": "s3://bucket/key",
    "a file's URL": "file:///etc/passwd",
    "a relative path": "../x",
    "a text of JSON": '{"a": 1}',
    "a time": datetime(2026, 1, 2, 3, 4, 5, 6, timezone.utc),
    "a tuple": (1, (2, "a")),
    "a set in a dict": {"a": {1}},
    "a decimal": [Decimal("1.10")],
}
"""What a task pushed when ``BaseXCom`` was the backend; and, as far as it is JSON, a task in Go, or the REST API."""

OF_OTHERS: dict[str, Json] = {
    "keys of Airflow's old format": {"__var": [1], "other": 1},
    "a name that looks like base64": {"data": "AAAA", "token": "gAAAAA", "key_id": "3fa1c2d4"},
    "names of an envelope": {"type": "json@1", "tree": "1", "codecs": [], "body": None, "sealed": None},
    "a list of such": [{"body": {"store": "default", "key": "x", "size": 1, "sha256": ""}}],
    "a token": "gAAAAABh",
    "an integer": 2**53 + 1,
    "a long text": "x" * 10_000,
}
"""What a task in another language, or the REST API, may have written."""

STOCK_UUID = UUID(int=0xA5)
STOCK_LAYOUTS = {
    "an object per write": f"contract_dag/run_1/other_task/{STOCK_UUID}",
    "compressed": f"contract_dag/run_1/other_task/{STOCK_UUID}.gz",
    "a folder per task instance": f"contract_dag/run_1/other_task/ti-{STOCK_UUID}/return_value.json",
    "a folder per write": f"contract_dag/run_1/other_task/write-{STOCK_UUID}/return_value.json",
}
"""Where the stock backend puts objects, in its releases."""

DAMAGES = {"gone": None, "empty": 0, "one byte": 1, "a third": 8, "without its last byte": -1}
"""How much is left of an object."""

VICTIM = b'{"of": "another task"}'
BAIT = "xcom_contract_bait"


def _envelopes() -> dict[str, Any]:
    """Dicts that mean something to one backend or another, were they rows."""
    toolkit: dict[str, Any] = {
        "type": "json@1",
        "summary": {},
        "tree": '"forged"',
        "schema": None,
        "codecs": [],
        "body": None,
    }
    return {
        "a tuple of Airflow's serde": {"__classname__": "builtins.tuple", "__version__": 1, "__data__": [1]},
        "a class of Airflow's serde": {"__classname__": f"{BAIT}.Bait", "__version__": 1, "__data__": {}},
        "an envelope of the toolkit": {
            "__classname__": "airflow_xcom_toolkit.Envelope",
            "__version__": 1,
            "__data__": toolkit,
        },
        "half an envelope": {"__classname__": "airflow_xcom_toolkit.Envelope"},
        "Airflow's old format": {"__type": f"{BAIT}.Bait", "__source": None, "__var": {"a": 1}},
        "Airflow's oldest format": {"__type": "tuple", "__var": [1]},
        "a dag's format": {"__type": "set", "__encoding": "x", "__version": 1},
        "an object of other serializers": {"py/object": f"{BAIT}.Bait", "__reduce__": [f"{BAIT}.Bait", []]},
        "a schema's": {"__id__": 1},
    }


ENVELOPES = _envelopes()


class Foreign(Contract):
    """Rows are read as the backend that wrote them reads them; a string that looks like a reference is a string."""

    promise = "5. Foreign rows"

    # Rows of others ---------------------------------------------------------------------------------------------------

    def test_rows_of_basexcom_are_read_as_it_reads_them(self, deploy: Deploy, form: dict[str, Any]) -> None:
        """Switching a backend on leaves readable what was written before."""
        before = deploy(backend=BaseXCom)
        written = {name: (before.push(value), before.pull()) for name, value in OF_BASEXCOM.items()}
        later = deploy(**form)
        for name, (row, value) in written.items():
            assert_same(later.load(row), value, name)

    def test_plain_json_of_others_is_what_it_is(self, each_form: XComs) -> None:
        """Of the REST API and of tasks in other languages: nothing in it is taken for something else."""
        for name, row in OF_OTHERS.items():
            assert_same(each_form.load(row), row, name, key_order=False)

    @needs("reads_stock_rows")
    @pytest.mark.parametrize("compression", ["", "gzip"])
    def test_rows_of_the_stock_backend_are_read_as_it_reads_them(
        self, deploy: Deploy, form: dict[str, Any], compression: str
    ) -> None:
        """With the object that it wrote below the same path."""
        stock = deploy(backend=XComObjectStorageBackend, threshold=0, compression=compression)
        values = [{"a": [1, None]}, "text", (1, "b"), {"t": datetime(2026, 1, 2, tzinfo=timezone.utc)}]
        rows = [stock.push(value, at) for value, at in zip(values, MAPPED)]
        expected = [stock.pull(at) for at in MAPPED[: len(values)]]
        later = deploy(**form)
        assert len(later.stored()) == len(values)
        for row, value in zip(rows, expected):
            assert_same(later.load(row), value)

    @needs("reads_stock_rows")
    @pytest.mark.parametrize("layout", STOCK_LAYOUTS)
    def test_each_layout_of_the_stock_backend_is_read_and_purged(self, xcoms: XComs, layout: str) -> None:
        """Its releases name objects differently; rows of all of them may stand in one database."""
        row = self._stock_row(xcoms, layout)
        xcoms.objects.write_object("contract_dag/run_1/other_task/neighbour", b"neighbour")
        assert xcoms.load(row) == json.loads(VICTIM)
        xcoms.delete()
        assert list(xcoms.stored()) == ["contract_dag/run_1/other_task/neighbour"]

    @needs("reads_stock_rows")
    @pytest.mark.parametrize("damage", DAMAGES)
    @pytest.mark.parametrize("layout", list(STOCK_LAYOUTS)[1:3])
    def test_a_dead_reference_of_the_stock_backend_is_an_error(self, xcoms: XComs, layout: str, damage: str) -> None:
        """Where the stock backend gives the path as if it were the value."""
        row = self._stock_row(xcoms, layout)
        [(key, data)] = xcoms.stored().items()
        xcoms.objects.delete_object(key)
        if damage != "gone":
            xcoms.objects.write_object(key, data[: DAMAGES[damage]])
        with pytest.raises(FileNotFoundError if damage == "gone" else Exception) as e:
            xcoms.load(row)
        assert str(STOCK_UUID) in str(e.value), "the error does not name the object"

    @needs("reads_stock_rows")
    @pytest.mark.parametrize("escape", ["/../victim", "/down/../../victim", "//../victim", "/./../victim"])
    def test_a_stock_reference_that_leaves_the_path_is_not_followed(
        self, deploy: Deploy, xcoms: XComs, escape: str
    ) -> None:
        """A forged row reaches nothing beside the store's path: neither to read nor to delete it."""
        inner = deploy(store=f"{self.url}/inner", threshold=xcoms.setup.threshold, keys=xcoms.setup.keys)
        self.write_object(f"victim/{STOCK_UUID}", VICTIM)
        self.write_object("inner/down/neighbour", b"neighbour")  # A file system leaves only folders that are there.
        row = f"{inner.setup.store}{escape}/{STOCK_UUID}"
        assert _outcome(lambda: inner.load(row)) in ("an error", row)
        _outcome(lambda: inner.purge(row))
        assert self.list_objects() == ["inner/down/neighbour", f"victim/{STOCK_UUID}"]

    def _stock_row(self, xcoms: XComs, layout: str) -> Json:
        """A row as the stock backend writes it, with its object."""
        key = STOCK_LAYOUTS[layout]
        xcoms.objects.write_object(key, gzip.compress(VICTIM, mtime=0) if key.endswith(".gz") else VICTIM)
        return f"{xcoms.setup.store}/{key}"

    # Values that look like rows of others -----------------------------------------------------------------------------

    @pytest.mark.parametrize("layout", STOCK_LAYOUTS)
    def test_a_string_that_looks_like_a_stock_reference_is_a_string(self, each_form: XComs, layout: str) -> None:
        """It is not followed, though there is such an object, and deleting its XCom deletes that of nobody else."""
        text = self._stock_row(each_form, layout)
        for value in (text, f"{text}.gz", [text], {"path": text}, {text: 1}):
            self._assert_inert(each_form, value)

    def test_a_string_with_another_connection_is_a_string(self, each_form: XComs) -> None:
        """The same place by other credentials, or a place that is no store's here."""
        scheme, _, rest = f"{each_form.setup.store}/{STOCK_LAYOUTS['an object per write']}".partition("://")
        self._stock_row(each_form, "an object per write")
        for text in (f"{scheme}://other@{rest.rpartition('@')[2]}", f"s3://other@bucket/xcom/d/r/t/{STOCK_UUID}"):
            self._assert_inert(each_form, text)

    @needs("offloads")
    def test_a_string_that_names_the_object_of_another_xcom_is_a_string(
        self, deploy: Deploy, form: dict[str, Any]
    ) -> None:
        """Of one that the backend wrote itself: as its URL, and as its key."""
        deploy(**{**form, "threshold": 0}).push("victim", MAPPED[0])
        xcoms = deploy(**form)
        key = next(iter(xcoms.stored()))
        for text in (f"{xcoms.setup.store}/{key}", key, f"/{key}"):
            self._assert_inert(xcoms, text)
        assert xcoms.pull(MAPPED[0]) == "victim"

    def test_the_row_of_another_xcom_is_a_value(self, each_form: XComs) -> None:
        """A task that pushes what it found in the database shares nothing with that XCom."""
        victim = each_form.push("victim" * 1000, MAPPED[0])
        self._assert_inert(each_form, victim)
        self._assert_inert(each_form, {"copied": [victim]})
        assert each_form.pull(MAPPED[0]) == "victim" * 1000

    @pytest.mark.parametrize("name", ENVELOPES)
    def test_a_dict_that_looks_like_an_envelope_is_a_dict(
        self, deploy: Deploy, form: dict[str, Any], name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing that it names is imported or made, even where Airflow's allow list has it."""
        bait = _Bait()
        monkeypatch.setattr(sys, "meta_path", [bait, *sys.meta_path])
        xcoms = deploy(**form, allowed=f"airflow.* builtins.* {BAIT}.*")
        for value in (ENVELOPES[name], [ENVELOPES[name]], {"nested": ENVELOPES[name]}):
            self._assert_inert(xcoms, value)
        assert bait.imported == []

    def _assert_inert(self, xcoms: XComs, value: Any) -> None:
        """Asserts that a value comes back, and that neither pushing, pulling nor deleting it touches other objects."""
        before = xcoms.stored()
        xcoms.push(value)
        assert_same(xcoms.pull(), value, key_order=False)
        xcoms.delete()
        assert xcoms.stored() == before, f"an object is gone, or changed, or left behind by {value!r}"


class _Bait:
    """Stands before Python's importers, and notes who takes the bait."""

    def __init__(self) -> None:
        self.imported: list[str] = []

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name.partition(".")[0] == BAIT:
            self.imported.append(name)


def _outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception:
        return "an error"
