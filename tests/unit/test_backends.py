"""The backends, through Airflow's own methods; the supervisor is a stand-in that keeps rows as JSON text."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import uuid4

import numpy as np
import pandas as pd
import pytest
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.execution_time.comms import DeleteXCom, GetXCom, GetXComSequenceSlice, SetXCom, XComResult
from airflow.sdk.execution_time.comms import XComSequenceSliceResult as Slice
from cryptography.fernet import Fernet

import airflow_xcom_toolkit
from airflow_xcom_toolkit.envelope import is_envelope
from airflow_xcom_toolkit.errors import (
    DecryptionError,
    EnvelopeError,
    IntegrityError,
    ObjectMissingError,
    StorageError,
    UnsupportedTypeError,
    UntrustedReferenceError,
)
from airflow_xcom_toolkit.testing.same import assert_same
from tests.pipelines import objects
from tests.unit.conftest import SetOptions

KEY = Fernet.generate_key().decode()
BACKENDS = (
    "SerdeXComBackend",
    "ThresholdXComBackend",
    "FernetXComBackend",
    "VersionedXComBackend",
    "ToolkitXComBackend",
)
TI = {"dag_id": "d", "task_id": "t", "run_id": "r", "map_index": -1}
FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", None]})


class Supervisor:
    """Keeps rows as the JSON text that the database would hold."""

    def __init__(self) -> None:
        self.rows: dict[tuple[Any, ...], str] = {}
        self.order: list[str] = []

    def send(self, msg: Any) -> Any:
        self.order.append(type(msg).__name__)
        if isinstance(msg, SetXCom):
            self.rows[msg.key, msg.dag_id, msg.task_id, msg.run_id, msg.map_index] = json.dumps(msg.value)
        elif isinstance(msg, GetXCom):
            index = -1 if msg.map_index is None else msg.map_index
            text = self.rows.get((msg.key, msg.dag_id, msg.task_id, msg.run_id, index))
            return XComResult(key=msg.key, value=json.loads(text) if text else None)
        elif isinstance(msg, GetXComSequenceSlice):
            return Slice(root=[json.loads(text) for text in self.rows.values()])
        elif isinstance(msg, DeleteXCom):
            self.rows.pop((msg.key, msg.dag_id, msg.task_id, msg.run_id, msg.map_index), None)
        return None

    async def asend(self, msg: Any) -> Any:
        return self.send(msg)


@pytest.fixture
def supervisor(monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    from airflow.sdk.execution_time import task_runner

    stand_in = Supervisor()
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", stand_in, raising=False)
    return stand_in


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, options: SetOptions) -> Any:
    options(xcom_objectstorage_threshold="100", fernet_keys=KEY)
    return getattr(airflow_xcom_toolkit, request.param)


VALUES = [1, "x", [1.0, -0.0], {"a": (1, b"x")}, FRAME, {"big": np.arange(1000)}, "y" * 1000]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_set_then_get_gives_the_value_back(backend: Any, value: Any, supervisor: Supervisor) -> None:
    backend.set(key="k", value=value, **TI)
    assert_same(backend.get_one(key="k", **TI), value)


def test_every_backend_is_airflows_and_extends_what_the_docs_say() -> None:
    from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend

    for name in BACKENDS:
        assert issubclass(getattr(airflow_xcom_toolkit, name), BaseXCom)
    assert issubclass(airflow_xcom_toolkit.ThresholdXComBackend, XComObjectStorageBackend)
    assert issubclass(airflow_xcom_toolkit.ToolkitXComBackend, XComObjectStorageBackend)


def test_both_hook_pairs_write_and_read_the_same(backend: Any) -> None:
    coordinate = SimpleNamespace(dag_id="d", run_id="r", task_id="t", ti_id=None, region_index=None)
    row = backend.store_value(coordinate, "k", FRAME)
    assert_same(backend.deserialize_value(SimpleNamespace(value=row)), FRAME)
    row = backend.serialize_value(FRAME, key="k", **TI)
    assert_same(backend.load_value(row), FRAME)


def test_both_hook_pairs_are_defined_by_one_class(backend: Any) -> None:
    """Airflow 3.4 prefers the pair that is nearest; in one class, the new pair wins."""
    for old, new in (("serialize_value", "store_value"), ("deserialize_value", "load_value")):
        nearest = [next(c for c in backend.__mro__ if hook in vars(c)) for hook in (old, new)]
        assert nearest[0] is nearest[1]


def test_small_plain_json_is_the_very_row_that_basexcom_writes(options: SetOptions) -> None:
    options(xcom_objectstorage_threshold="100")
    for value in ({"a": [1, "x", None, 2.5, {"b": True}]}, "text", 7, [], {}):
        row = airflow_xcom_toolkit.ToolkitXComBackend.serialize_value(value, key="k", **TI)
        assert row == BaseXCom.serialize_value(value)


def test_delete_removes_row_and_object(options: SetOptions, supervisor: Supervisor, tmp_path: Path) -> None:
    options(xcom_objectstorage_threshold="0")
    backend = airflow_xcom_toolkit.ToolkitXComBackend
    backend.set(key="k", value=FRAME, **TI)
    assert len(objects(tmp_path / "store")) == 1
    backend.delete(key="k", **TI)
    assert objects(tmp_path / "store") == []


def test_the_object_is_complete_before_the_row_is_sent(
    options: SetOptions, supervisor: Supervisor, tmp_path: Path
) -> None:
    options(xcom_objectstorage_threshold="0")
    seen = []
    send = supervisor.send
    supervisor.send = lambda msg: seen.append([p.suffix for p in objects(tmp_path / "store")]) or send(msg)  # type: ignore[func-returns-value,method-assign]
    airflow_xcom_toolkit.ToolkitXComBackend.set(key="k", value=FRAME, **TI)
    assert seen == [[".arrow"]]


@pytest.mark.skipif(hasattr(BaseXCom, "store_value"), reason="Airflow 3.4 tells task instances apart, and this is none")
def test_an_overwrite_deletes_the_old_object_once_the_new_row_stands(
    options: SetOptions, supervisor: Supervisor, tmp_path: Path
) -> None:
    options(xcom_objectstorage_threshold="100")
    backend = airflow_xcom_toolkit.ToolkitXComBackend
    for value in (FRAME, np.arange(100), "small"):
        backend.set(key="k", value=value, **TI)
        backend.set(key="other", value=FRAME, **TI)
        assert_same(backend.get_one(key="k", **TI), value)
        assert len(objects(tmp_path / "store")) == (1 if isinstance(value, str) else 2)


def test_a_push_that_fails_leaves_the_old_row_readable(
    options: SetOptions, supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options(xcom_objectstorage_threshold="0")
    backend = airflow_xcom_toolkit.ToolkitXComBackend
    backend.set(key="k", value=FRAME, **TI)
    with monkeypatch.context() as broken:
        broken.setattr(supervisor, "send", lambda msg: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            backend.set(key="k", value="new", **TI)
    with pytest.raises(UnsupportedTypeError):
        backend.set(key="k", value=object(), **TI)
    assert_same(backend.get_one(key="k", **TI), FRAME)


def test_a_row_copied_onto_another_xcom_does_not_open(options: SetOptions, supervisor: Supervisor) -> None:
    options(fernet_keys=KEY)
    backend = airflow_xcom_toolkit.FernetXComBackend
    backend.set(key="k", value="secret", **TI)
    supervisor.rows["k", "d", "other", "r", -1] = supervisor.rows["k", "d", "t", "r", -1]
    with pytest.raises(DecryptionError, match="another XCom"):
        backend.get_one(key="k", **{**TI, "task_id": "other"})


def test_a_prior_run_may_be_asked_for(options: SetOptions, supervisor: Supervisor) -> None:
    options(fernet_keys=KEY)
    backend = airflow_xcom_toolkit.FernetXComBackend
    backend.set(key="k", value="secret", **TI)
    supervisor.rows["k", "d", "t", "later", -1] = supervisor.rows["k", "d", "t", "r", -1]
    assert backend.get_one(key="k", **{**TI, "run_id": "later"}, include_prior_dates=True) == "secret"


def test_get_all_gives_every_mapped_value(backend: Any, supervisor: Supervisor) -> None:
    for index in range(3):
        backend.set(key="k", value=(index,), **{**TI, "map_index": index})
    assert backend.get_all(key="k", dag_id="d", task_id="t", run_id="r") == [(0,), (1,), (2,)]


def test_nothing_pushed_gives_none(backend: Any, supervisor: Supervisor) -> None:
    assert backend.get_one(key="k", **TI) is None


def test_classes_need_airflows_allow_list_at_push(options: SetOptions) -> None:
    options()
    with pytest.raises(UnsupportedTypeError, match=r"allowed_deserialization_classes = airflow\.\* tests"):
        airflow_xcom_toolkit.SerdeXComBackend.serialize_value(Point(1, 2), key="k", **TI)
    options(allowed_deserialization_classes="airflow.* tests.*")
    row = airflow_xcom_toolkit.SerdeXComBackend.serialize_value(Point(1, 2), key="k", **TI)
    assert airflow_xcom_toolkit.SerdeXComBackend.load_value(row) == Point(1, 2)


class Point(NamedTuple):
    x: int
    y: int


def test_what_only_airflows_serde_keeps_is_kept(options: SetOptions) -> None:
    from airflow.sdk import ObjectStoragePath

    options()
    backend = airflow_xcom_toolkit.SerdeXComBackend
    path = ObjectStoragePath("file:///tmp/x")
    assert backend.load_value(backend.serialize_value([path], key="k", **TI)) == [path]


class Dated:
    """With Airflow's protocol; takes nothing that a newer release of it has stored."""

    __version__ = 1

    def serialize(self) -> dict[str, Any]:
        return {"day": 1}

    @classmethod
    def deserialize(cls, data: dict[str, Any], version: int) -> Any:
        if version > cls.__version__:
            raise TypeError("a date of another release")
        return cls()


@pytest.mark.parametrize("name", ["SerdeXComBackend", "FernetXComBackend"])
def test_a_class_that_refuses_what_was_stored_is_named_as_a_cause(
    name: str, options: SetOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own error is behind the one of the pull; of an encrypted value it may quote what is secret, and is not."""
    options(allowed_deserialization_classes="airflow.* tests.*", fernet_keys=KEY)
    _clear_serde()
    backend = getattr(airflow_xcom_toolkit, name)
    monkeypatch.setattr(Dated, "__version__", 2)
    row = backend.serialize_value([Dated()], key="k", **TI)
    monkeypatch.setattr(Dated, "__version__", 1)
    with pytest.raises(EnvelopeError, match="or the class of a part of it does not take what was stored") as raised:
        backend.load_value(row)
    assert ("another release" in str(raised.value.__cause__)) is (name == "SerdeXComBackend")


@pytest.mark.skipif(not hasattr(BaseXCom, "aset"), reason="this Airflow has no async accessors")
class TestAsync:
    def test_values_are_equal(self, backend: Any, supervisor: Supervisor) -> None:
        async def both() -> Any:
            await backend.aset("k", FRAME, **TI)
            return await backend.aget_one(key="k", **TI), await backend.aget_all(
                key="k", dag_id="d", task_id="t", run_id="r"
            )

        one, every = asyncio.run(both())
        assert_same(one, FRAME)
        assert_same(every, [FRAME])

    def test_storage_work_is_done_off_the_event_loop(
        self, backend: Any, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from airflow_xcom_toolkit.pipeline import Pipeline

        threads = set()

        for name in ("push", "pull", "purge"):
            inner = getattr(Pipeline, name)
            monkeypatch.setattr(
                Pipeline, name, lambda *a, _f=inner, **k: threads.add(threading.get_ident()) or _f(*a, **k)
            )

        async def both() -> None:
            for value in (FRAME, FRAME.head(1)):  # The second one purges what the first one wrote.
                await backend.aset("k", value, **TI)
            await backend.aget_one(key="k", **TI)

        asyncio.run(both())
        assert threads
        assert threading.get_ident() not in threads

    def test_nothing_pushed_gives_none(self, backend: Any, supervisor: Supervisor) -> None:
        assert asyncio.run(backend.aget_one(key="k", **TI)) is None
        assert asyncio.run(backend.aget_all(key="k", dag_id="d", task_id="t", run_id="r")) is None


class TestRollback:
    """After the way back to another backend, old rows restore."""

    def test_basexcom_reads_every_row_with_the_one_line(self, backend: Any, options: SetOptions) -> None:
        rows = [backend.serialize_value(value, key="k", **TI) for value in VALUES]
        options(allowed_deserialization_classes="airflow.* airflow_xcom_toolkit.*")
        _clear_serde()
        for row, value in zip(rows, VALUES):
            assert_same(BaseXCom.deserialize_value(SimpleNamespace(value=row)), value)

    def test_without_the_line_airflows_own_error_names_the_class(self, backend: Any) -> None:
        _clear_serde()
        row = backend.serialize_value((1,), key="k", **TI)
        with pytest.raises(ImportError, match=r"airflow_xcom_toolkit\.Envelope"):
            BaseXCom.deserialize_value(SimpleNamespace(value=row))


def _clear_serde() -> None:
    from airflow_xcom_toolkit.compat import serde

    for name in ("_get_patterns", "_get_regexp_patterns", "_match", "_match_glob", "_match_regexp"):
        getattr(getattr(serde(), name, None), "cache_clear", lambda: None)()


class TestForeign:
    """Rows of the stock object storage backend."""

    @pytest.fixture
    def stock(self, options: SetOptions) -> Any:
        from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend

        options(xcom_objectstorage_threshold="0")
        return XComObjectStorageBackend

    def test_are_read_as_the_stock_backend_reads_them(self, stock: Any) -> None:
        for value in ({"a": [1]}, (1, 2), "text"):
            row = stock.serialize_value(value, key="k", **TI)
            assert row.startswith("file://")
            assert airflow_xcom_toolkit.SerdeXComBackend.load_value(row) == stock.deserialize_value(
                SimpleNamespace(value=row)
            )

    def test_a_dead_reference_is_an_error_and_never_the_value(self, stock: Any, tmp_path: Path) -> None:
        row = stock.serialize_value({"a": 1}, key="k", **TI)
        [file] = objects(tmp_path / "store")
        file.write_text("")
        with pytest.raises(IntegrityError):
            airflow_xcom_toolkit.ToolkitXComBackend.load_value(row)
        file.unlink()
        with pytest.raises(ObjectMissingError):
            airflow_xcom_toolkit.ToolkitXComBackend.load_value(row)

    def test_are_purged_with_their_object(self, stock: Any, tmp_path: Path) -> None:
        row = stock.serialize_value({"a": 1}, key="k", **TI)
        airflow_xcom_toolkit.ToolkitXComBackend.purge(SimpleNamespace(value=row))
        assert objects(tmp_path / "store") == []

    @pytest.mark.parametrize("name", BACKENDS)
    def test_a_pushed_string_that_looks_like_one_is_a_string(
        self, name: str, stock: Any, options: SetOptions, tmp_path: Path
    ) -> None:
        victim = stock.serialize_value({"a": 1}, key="k", **TI)
        options(xcom_objectstorage_threshold="1000", fernet_keys=KEY)
        backend = getattr(airflow_xcom_toolkit, name)
        row = backend.serialize_value(victim, key="k", **TI)
        assert is_envelope(row)
        assert backend.load_value(row) == victim
        backend.purge(SimpleNamespace(value=row))
        assert len(objects(tmp_path / "store")) == 1

    @pytest.mark.parametrize("escape", ["/../other", "/x/../../other", "//other", "/./other"])
    def test_a_reference_that_leaves_the_path_is_neither_followed_nor_purged(
        self, escape: str, stock: Any, tmp_path: Path
    ) -> None:
        victim = tmp_path / "other" / str(uuid4())
        victim.parent.mkdir()
        victim.write_text('"victim"')
        row = f"file://{tmp_path}/store{escape}/{victim.name}"
        backend = airflow_xcom_toolkit.ToolkitXComBackend
        for action in (backend.load_value, lambda row: backend.purge(SimpleNamespace(value=row))):
            with pytest.raises(UntrustedReferenceError):
                action(row)
        assert victim.exists()

    def test_a_reference_with_another_connection_is_an_error_and_never_the_value(self, options: SetOptions) -> None:
        options(xcom_objectstorage_path="s3://new@bucket/xcom")
        row = f"s3://old@bucket/xcom/d/r/t/{uuid4()}"
        with pytest.raises(StorageError, match="another connection"):
            airflow_xcom_toolkit.SerdeXComBackend.load_value(row)
        airflow_xcom_toolkit.SerdeXComBackend.purge(SimpleNamespace(value=row))
        other = f"s3://old@elsewhere/xcom/d/r/t/{uuid4()}"
        assert airflow_xcom_toolkit.SerdeXComBackend.load_value(other) == other

    def test_a_string_that_will_look_like_one_is_a_string(self, options: SetOptions, tmp_path: Path) -> None:
        """Whatever the path was when it was pushed."""
        options(xcom_objectstorage_path="")
        text = f"file://{tmp_path}/store/d/r/t/{uuid4()}"
        row = airflow_xcom_toolkit.SerdeXComBackend.serialize_value(text, key="k", **TI)
        options(xcom_objectstorage_path=f"file://{tmp_path}/store")
        assert airflow_xcom_toolkit.SerdeXComBackend.load_value(row) == text

    def test_plain_json_from_elsewhere_is_what_it_is(self, options: SetOptions) -> None:
        options()
        for row in ("file:///etc/passwd", "text", [1, {"a": None}], 3, 1.5):
            assert airflow_xcom_toolkit.ToolkitXComBackend.load_value(row) == row


def test_what_was_decrypted_is_masked(options: SetOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow_xcom_toolkit import backends

    masked: list[str] = []
    monkeypatch.setattr(backends, "mask_secrets", masked.extend)
    options(fernet_keys=KEY)
    backend = airflow_xcom_toolkit.ToolkitXComBackend
    backend.load_value(backend.serialize_value({"user": "canary-1"}, key="k", **TI))
    assert "canary-1" in masked
    masked.clear()
    options(fernet_keys=KEY, mask_decrypted="False")
    backend.load_value(backend.serialize_value({"user": "canary-1"}, key="k", **TI))
    backend.load_value("canary-plain")
    assert masked == []


@pytest.mark.parametrize("value", [[10**5000], [object(), 10**5000]], ids=["pushed", "refused"])
def test_masking_never_hides_a_value_or_an_error(value: Any, options: SetOptions) -> None:
    options(fernet_keys=KEY)
    backend = airflow_xcom_toolkit.FernetXComBackend
    if len(value) == 1:
        assert backend.load_value(backend.serialize_value(value, key="k", **TI)) == value
    else:
        with pytest.raises(UnsupportedTypeError, match=r"part 0"):
            backend.serialize_value(value, key="k", **TI)


def test_rendered_arguments_show_nothing_that_was_decrypted(options: SetOptions) -> None:
    """Through the task runner's own function: numbers, keys of dicts and deep nesting too."""
    from airflow.sdk.execution_time import task_runner

    options(fernet_keys=KEY)
    backend = airflow_xcom_toolkit.ToolkitXComBackend
    value = {"canary-key": [[[[[[["canary-deep"]]]]]]], "pin": 12345678, "frame": pd.DataFrame({"a": ["canary-cell"]})}
    pulled = backend.load_value(backend.serialize_value(value, key="k", **TI))
    task = SimpleNamespace(template_fields=("op_args",), op_args=[pulled, f"text {pulled['pin']}"])
    rendered = str(task_runner._serialize_rendered_fields(task))  # type: ignore[arg-type]
    assert "***" in rendered
    assert "canary" not in rendered
    assert "12345678" not in rendered
