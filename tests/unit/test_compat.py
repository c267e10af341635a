"""What of Airflow differs between versions or is private: this test runs on each Airflow that is supported."""

from __future__ import annotations

import inspect
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.execution_time import task_runner

from airflow_xcom_toolkit import compat
from airflow_xcom_toolkit.abc import HandlerContext, Refusal
from airflow_xcom_toolkit.allow_list import AirflowClassGate
from airflow_xcom_toolkit.serde import SerdeHandler
from tests.unit.conftest import SetOptions

GATE = AirflowClassGate()


@dataclass
class Known:
    x: int


class Changed:
    """Comes back from Airflow's serde as another value."""

    def __init__(self, x: int) -> None:
        self.x = x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Changed) and self.x == other.x

    def serialize(self) -> dict[str, int]:
        return {"x": 0}

    @staticmethod
    def deserialize(data: dict[str, int], version: int) -> Changed:
        return Changed(**data)


class TestAllowList:
    def test_a_class_that_is_not_on_it_is_refused_with_the_line_to_add(self, options: SetOptions) -> None:
        options()
        with pytest.raises(
            Refusal, match=r"allowed_deserialization_classes = airflow\.\* tests\.unit\.test_compat\.Known"
        ):
            GATE.name(Known)
        with pytest.raises(ImportError, match=r"tests\.unit\.test_compat\.Known"):
            GATE.load(f"{__name__}:Known")

    @pytest.mark.parametrize(
        "allowed",
        [
            {"allowed_deserialization_classes": "airflow.* tests.*"},
            {"allowed_deserialization_classes": "tests.unit.test_compat.Known"},
            {"allowed_deserialization_classes_regexp": r"tests\.unit\..*Known"},
        ],
        ids=str,
    )
    def test_globs_names_and_regular_expressions_count(self, allowed: dict[str, str], options: SetOptions) -> None:
        options(**allowed)
        assert GATE.load(GATE.name(Known)) is Known

    def test_classes_that_allow_class_allowed_count(self, options: SetOptions, monkeypatch: pytest.MonkeyPatch) -> None:
        options()
        monkeypatch.setattr(compat.serde(), "_extra_allowed", {"tests.unit.test_compat.Known"})
        assert GATE.name(Known) == f"{__name__}:Known"

    def test_what_cannot_be_imported_again_is_refused(self, options: SetOptions) -> None:
        options(allowed_deserialization_classes="*")

        class Local: ...

        for cls in (Local, type("Gone", (), {"__module__": __name__}), type("Known", (), {"__module__": __name__})):
            with pytest.raises(Refusal):
                GATE.name(cls)

    def test_only_a_class_is_loaded(self, options: SetOptions) -> None:
        options(allowed_deserialization_classes="*")
        for name in ("os:system", "tests.unit.test_compat:pytest.MonkeyPatch"):
            with pytest.raises(ImportError, match="is none"):
                GATE.load(name)


class TestSerde:
    def test_what_serde_would_change_is_refused(self, options: SetOptions) -> None:
        options(allowed_deserialization_classes="tests.*")
        for changed in (Changed(7), object()):
            with pytest.raises(Refusal):
                SerdeHandler().dump(changed, HandlerContext(GATE))


def test_the_private_names_are_there() -> None:
    """Without them an allowed class is refused, an overwritten object stays, or a rendered argument shows a secret."""
    assert isinstance(compat.serde()._extra_allowed, set)
    assert callable(task_runner._serialize_rendered_fields)
    assert hasattr(BaseXCom, "_push") == hasattr(BaseXCom, "_apush") == compat.HAS_TASK_LOOPS


def test_the_hooks_that_are_overridden_are_airflows() -> None:
    from airflow_xcom_toolkit.backends import _Hooks

    assert "map_index" in inspect.signature(BaseXCom.serialize_value).parameters
    names: list[Any] = ["serialize_value", "deserialize_value", "purge", "set", "get_one", "get_all"]
    names += ["store_value", "load_value"] if compat.HAS_TASK_LOOPS else []
    names += ["aset", "aget_one", "aget_all"] if hasattr(BaseXCom, "aset") else []
    for name in names:
        assert callable(getattr(BaseXCom, name))
        assert name in vars(_Hooks)


def test_masking_tells_airflows_masker(monkeypatch: pytest.MonkeyPatch) -> None:
    compat.mask_secrets(["canary-compat-1"])
    assert "canary" not in str(_redact("the canary-compat-1 is"))


def _redact(text: str) -> Any:
    try:
        from airflow.sdk._shared.secrets_masker import redact
    except ImportError:
        from airflow.sdk.execution_time.secrets_masker import redact
    return redact(text)


class _Answering(threading.Thread):
    """A supervisor that answers each request for an XCom with its key, on the other end of ``socket``."""

    def __init__(self, socket: socket.socket) -> None:
        super().__init__(daemon=True)
        self._file = socket.makefile("rwb")

    def run(self) -> None:
        import msgspec

        while size := self._file.read(4):
            number, body, *_ = msgspec.msgpack.decode(self._file.read(int.from_bytes(size, "big")))
            answer = {"type": "XComResult", "key": body["key"], "value": body["key"]}
            frame = msgspec.msgpack.encode([number, answer, None])
            self._file.write(len(frame).to_bytes(4, "big") + frame)
            self._file.flush()


def test_each_of_several_threads_that_ask_the_supervisor_gets_its_own_answer() -> None:
    """Through Airflow's own channel; 3.0 and 3.1 mix them up by themselves."""
    from airflow.sdk.execution_time.comms import CommsDecoder, GetXCom

    def ask(key: str) -> Any:
        return channel.send(GetXCom(key=key, dag_id="d", run_id="r", task_id="t")).value

    assert compat.threads_may_send()
    ours, other = socket.socketpair()
    with ours, other, ThreadPoolExecutor(8) as threads:
        channel: Any = CommsDecoder(socket=ours)
        _Answering(other).start()
        keys = [f"key{n}" for n in range(400)]
        assert list(threads.map(ask, keys)) == keys
        other.shutdown(socket.SHUT_RDWR)
