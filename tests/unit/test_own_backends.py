"""In-house backends: each extension point of `airflow_xcom_toolkit.abc`, replaced by a subclass."""

from __future__ import annotations

import asyncio
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from airflow.sdk.bases.xcom import BaseXCom
from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from airflow_xcom_toolkit import FernetXComBackend, SerdeXComBackend, ToolkitXComBackend
from airflow_xcom_toolkit.abc import (
    Coordinate,
    Dumped,
    Encryption,
    HandlerContext,
    Json,
    Leaf,
    Part,
    Pulled,
    Sink,
    Source,
    TypeHandler,
)
from airflow_xcom_toolkit.encryption import ChunkedEncryption, FernetEncryption
from airflow_xcom_toolkit.errors import (
    ConfigurationError,
    DecryptionError,
    IntegrityError,
    PlaintextRefusedError,
    UnsupportedTypeError,
)
from airflow_xcom_toolkit.pipeline import Pipeline
from airflow_xcom_toolkit.placement import ObjectPlacement
from airflow_xcom_toolkit.settings import Settings
from airflow_xcom_toolkit.streams import ByteSource
from airflow_xcom_toolkit.testing.same import assert_same
from tests.pipelines import objects, strict
from tests.unit.conftest import SetOptions
from tests.unit.test_backends import TI, Supervisor, supervisor  # noqa: F401

KEY = Fernet.generate_key().decode()
VALUES = [7, {"a": (1, b"x")}, np.arange(2000), "y" * 5000]
HAS_ASYNC = hasattr(BaseXCom, "aset")


def pushed(backend: Any, value: Any, **at: Any) -> Any:
    return strict(backend.serialize_value(value, key="k", **{**TI, **at}))


def purge(backend: Any, row: Any) -> None:
    backend.purge(SimpleNamespace(value=row))


class TestSettings:
    def test_an_option_fixed_in_code_holds_whatever_the_configuration_says(
        self, options: SetOptions, tmp_path: Path
    ) -> None:
        class Offloading(ToolkitXComBackend):
            @classmethod
            def settings(cls) -> Settings:
                return replace(super().settings(), threshold=0, path=f"file://{tmp_path}/fixed")

        options(xcom_objectstorage_threshold="-1")
        row = pushed(Offloading, (1,))
        assert len(objects(tmp_path / "fixed")) == 1
        assert Offloading.load_value(row) == (1,)
        purge(Offloading, row)
        assert objects(tmp_path) == []

    @pytest.mark.parametrize("is_masked", [True, False])
    def test_masking_is_one_of_them(
        self, is_masked: bool, options: SetOptions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Acme(FernetXComBackend):
            @classmethod
            def settings(cls) -> Settings:
                return replace(super().settings(), mask_decrypted=is_masked)

        masked = masking(monkeypatch)
        options(fernet_keys=KEY, mask_decrypted=str(not is_masked))
        Acme.load_value(pushed(Acme, "canary-1"))
        assert ("canary-1" in masked) == is_masked

    @pytest.mark.parametrize(
        ("option", "fixed"),
        [
            ("xcom_objectstorage_threshold", {"threshold": "0"}),
            ("xcom_objectstorage_threshold", {"threshold": -2}),
            ("xcom_objectstorage_path", {"path": Path("/x")}),
            ("max_value_bytes", {"max_value_bytes": -1}),
            ("max_value_bytes", {"max_value_bytes": True}),
            ("storage_attempts", {"storage_attempts": 0}),
            ("dataframe_format", {"dataframe_format": "csv"}),
            ("plaintext_rows", {"plaintext_rows": "maybe"}),
            ("mask_decrypted", {"mask_decrypted": "no"}),
            ("stores", {"stores": {"default": "file:///x"}}),
            ("stores", {"stores": {"old": ""}}),
            ("xcom_objectstorage_compression", {"compression": "rar"}),
        ],
        ids=str,
    )
    def test_a_fixed_option_that_makes_no_sense_is_named(
        self, option: str, fixed: dict[str, Any], options: SetOptions
    ) -> None:
        class Acme(ToolkitXComBackend):
            @classmethod
            def settings(cls) -> Settings:
                return replace(super().settings(), **fixed)

        options()
        with pytest.raises(ConfigurationError, match=option):
            pushed(Acme, 1)


def masking(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Airflow's masker is told from here on."""
    from airflow_xcom_toolkit import backends

    masked: list[str] = []

    async def amask(secrets: list[str]) -> None:
        masked.extend(secrets)

    monkeypatch.setattr(backends, "mask_secrets", masked.extend)
    monkeypatch.setattr(backends, "amask_secrets", amask)
    return masked


class Wrapped(FernetXComBackend):
    """Notes each push and pull, and keeps a tag beside each value."""

    seen: list[tuple[str, Coordinate | None]] = []

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        cls.seen.append(("push", at))
        return super().push({"tag": "acme", "value": value}, at)

    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        cls.seen.append(("pull", at))
        pulled = super().pull(row, at, part)
        assert pulled.value["tag"] == "acme"
        return replace(pulled, value=pulled.value["value"])

    @classmethod
    def purge(cls, xcom: Any, *args: Any) -> None:
        cls.seen.append(("purge", None))
        super().purge(xcom, *args)


@pytest.fixture
def wrapped(options: SetOptions, monkeypatch: pytest.MonkeyPatch) -> type[Wrapped]:
    options(fernet_keys=KEY)
    monkeypatch.setattr(Wrapped, "seen", [])
    return Wrapped


class TestPushAndPull:
    @pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
    def test_every_hook_leads_to_them(self, value: Any, wrapped: type[Wrapped]) -> None:
        coordinate = SimpleNamespace(dag_id="d", run_id="r", task_id="t", ti_id=None, region_index=None)
        rows = [pushed(wrapped, value), strict(wrapped.store_value(coordinate, "k", value))]
        for row in rows:
            assert_same(wrapped.load_value(row), value)
            assert_same(wrapped.deserialize_value(SimpleNamespace(value=row)), value)
        assert [what for what, _ in wrapped.seen] == ["push"] * 2 + ["pull"] * 4
        assert {at.task_id for what, at in wrapped.seen if at is not None} == {"t"}

    def test_airflows_methods_lead_to_them(self, wrapped: type[Wrapped], supervisor: Supervisor) -> None:  # noqa: F811
        wrapped.set(key="k", value=(1,), **TI)
        assert wrapped.get_one(key="k", **TI) == (1,)
        assert wrapped.get_all(key="k", dag_id="d", task_id="t", run_id="r") == [(1,)]
        wrapped.delete(key="k", **TI)
        assert [what for what, _ in wrapped.seen] == ["push", "pull", "pull", "purge"]
        assert {at.key for _, at in wrapped.seen if at is not None} == {"k"}

    @pytest.mark.skipif(not HAS_ASYNC, reason="this Airflow has no async accessors")
    def test_the_async_ones_lead_to_them(self, wrapped: type[Wrapped], supervisor: Supervisor) -> None:  # noqa: F811
        async def both() -> Any:
            await wrapped.aset("async", (1,), **TI)
            one = await wrapped.aget_one(key="async", **TI)
            return one, await wrapped.aget_all(key="async", dag_id="d", task_id="t", run_id="r")

        assert asyncio.run(both()) == ((1,), [(1,)])
        assert [what for what, _ in wrapped.seen] == ["push", "pull", "pull"]
        assert {at.key for _, at in wrapped.seen if at is not None} == {"async"}

    @pytest.mark.skipif(hasattr(BaseXCom, "store_value"), reason="Airflow 3.4 tells task instances apart")
    def test_a_row_that_is_overwritten_is_purged_through_the_hook(
        self,
        wrapped: type[Wrapped],
        supervisor: Supervisor,  # noqa: F811
    ) -> None:
        wrapped.set(key="twice", value=1, **TI)
        wrapped.set(key="twice", value=2, **TI)
        assert [what for what, _ in wrapped.seen] == ["push", "push", "purge"]

    def test_what_an_override_gives_is_masked(self, wrapped: type[Wrapped], monkeypatch: pytest.MonkeyPatch) -> None:
        class Shouting(Wrapped):
            @classmethod
            def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
                pulled = super().pull(row, at, part)
                return replace(pulled, value=pulled.value.upper())

        masked = masking(monkeypatch)
        assert Shouting.load_value(pushed(wrapped, "canary-1")) == "CANARY-1"
        assert "CANARY-1" in masked

    def test_the_error_of_an_override_fails_the_push_and_its_value_is_masked(
        self, options: SetOptions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Refusing(FernetXComBackend):
            @classmethod
            def push(cls, value: Any, at: Coordinate) -> Json:
                raise ValueError(f"no {value}")

        masked = masking(monkeypatch)
        options(fernet_keys=KEY)
        with pytest.raises(ValueError, match="no canary-1"):
            pushed(Refusing, "canary-1")
        assert "canary-1" in masked


class BothPairs(FernetXComBackend):
    """Overrides the hooks of every Airflow, each with its own ``super()``."""

    @classmethod
    def serialize_value(cls, value: Any, **kwargs: Any) -> Any:
        return super().serialize_value({"old": value}, **kwargs)

    @classmethod
    def deserialize_value(cls, result: Any) -> Any:
        return super().deserialize_value(result)["old"]

    @classmethod
    def store_value(cls, coordinate: Any, key: str, value: Any) -> Json:
        return super().store_value(coordinate, key, {"new": value})

    @classmethod
    def load_value(cls, stored: Json) -> Any:
        return super().load_value(stored)["new"]


class TestAirflowsHooks:
    def test_both_pairs_may_be_overridden(self, options: SetOptions, supervisor: Supervisor) -> None:  # noqa: F811
        """Each leads to its own of the class above, and values come back the same."""
        options(fernet_keys=KEY)
        BothPairs.set(key="k", value=(1,), **TI)
        assert BothPairs.get_one(key="k", **TI) == (1,)
        assert BothPairs.get_all(key="k", dag_id="d", task_id="t", run_id="r") == [(1,)]

    @pytest.mark.skipif(not HAS_ASYNC, reason="this Airflow has no async accessors")
    def test_in_coroutines_too(
        self,
        options: SetOptions,
        supervisor: Supervisor,  # noqa: F811
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        async def both() -> Any:
            await BothPairs.aset("k", ("canary-1",), **TI)
            one = await BothPairs.aget_one(key="k", **TI)
            return one, await BothPairs.aget_all(key="k", dag_id="d", task_id="t", run_id="r")

        masked = masking(monkeypatch)
        options(fernet_keys=KEY)
        assert asyncio.run(both()) == (("canary-1",), [("canary-1",)])
        assert "canary-1" in masked


class TestPipeline:
    def test_it_is_made_once_for_each_class(self, options: SetOptions) -> None:
        made: list[type] = []

        class Acme(SerdeXComBackend):
            @classmethod
            def pipeline(cls) -> Pipeline:
                made.append(cls)
                return super().pipeline()

        class Below(Acme):
            pass

        options()
        for _ in range(3):
            for backend in (Acme, Below):
                assert backend.load_value(pushed(backend, (1,))) == (1,)
        assert made == [Acme, Below]

    def test_a_compression_that_fsspec_is_told_of_is_one(self, options: SetOptions, tmp_path: Path) -> None:
        import gzip

        from fsspec import compression, utils

        compression.register_compression("acme", lambda file, mode: gzip.GzipFile(fileobj=file, mode=mode), "acme")
        try:
            options(xcom_objectstorage_threshold="0", xcom_objectstorage_compression="acme")
            row = pushed(ToolkitXComBackend, b"x" * 1000)
            assert ToolkitXComBackend.load_value(row) == b"x" * 1000
            assert [path.suffix for path in objects(tmp_path / "store")] == [".acme"]
        finally:
            del compression.compr["acme"], utils.compressions["acme"]


class ChaCha(ChunkedEncryption):
    """A cipher of one's own for headers, small bodies and data keys."""

    key = bytes(32)

    def seal(self, plaintext: bytes) -> dict[str, Json]:
        nonce = os.urandom(12)
        return {"token": (nonce + ChaCha20Poly1305(self.key).encrypt(nonce, plaintext, None)).hex(), "key_id": "acme:1"}

    def unseal(self, sealed: Mapping[str, Any]) -> bytes:
        token = bytes.fromhex(sealed["token"])
        try:
            return ChaCha20Poly1305(self.key).decrypt(token[:12], token[12:], None)
        except InvalidTag:
            raise DecryptionError("no", key_id=sealed["key_id"], tried=1) from None


class OneToken(Encryption):
    """A cipher with nothing of the toolkit's: it holds an object whole, as one token."""

    def __init__(self) -> None:
        self._chacha = ChaCha()

    def handles(self, name: str) -> bool:
        return name == "acme-one-token"

    def seal(self, plaintext: bytes) -> dict[str, Json]:
        return self._chacha.seal(plaintext)

    def unseal(self, sealed: Mapping[str, Any]) -> bytes:
        return self._chacha.unseal(sealed)

    def encode(self, sink: Sink, bind: bytes) -> tuple[Sink, dict[str, Json]]:
        return _Held(self, sink, bind), {"name": "acme-one-token"}

    def decode(self, source: Source, descriptor: Mapping[str, Any], bind: bytes) -> Source:
        try:
            plaintext = self.unseal(json.loads(source.read()))
        except (DecryptionError, ValueError):
            raise IntegrityError("no") from None
        if plaintext[: len(bind)] != bind:
            raise IntegrityError("no")
        return ByteSource(plaintext[len(bind) :])


class _Held:
    def __init__(self, cipher: OneToken, sink: Sink, bind: bytes) -> None:
        self.cipher, self.sink, self.held = cipher, sink, bytearray(bind)

    def write(self, data: Any, /) -> int:
        self.held += memoryview(data).cast("B")
        return memoryview(data).nbytes

    def close(self) -> None:
        self.sink.write(json.dumps(self.cipher.seal(bytes(self.held))).encode())


@pytest.fixture(params=[ChaCha, OneToken], ids=lambda cipher: cipher.__name__)
def sealing(request: pytest.FixtureRequest) -> Any:
    """A backend with a cipher of its own."""

    class Sealing(ToolkitXComBackend):
        @classmethod
        def pipeline(cls) -> Pipeline:
            cipher = request.param()
            return replace(super().pipeline(), encryption=cipher, decryption=lambda: cipher)

    return Sealing


class TestEncryption:
    @pytest.mark.parametrize("threshold", ["-1", "0"], ids=["row", "object"])
    @pytest.mark.parametrize("compression", ["", "gzip"])
    @pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
    def test_a_cipher_of_ones_own_keeps_values_and_shows_none(
        self, value: Any, compression: str, threshold: str, sealing: Any, options: SetOptions, tmp_path: Path
    ) -> None:
        options(xcom_objectstorage_threshold=threshold, xcom_objectstorage_compression=compression)
        row = pushed(sealing, ["canary", value])
        assert_same(sealing.load_value(row), ["canary", value])
        assert "canary" not in str(row)
        assert row["__data__"]["sealed"]["key_id"] == "acme:1"
        assert len(objects(tmp_path)) == (threshold == "0")
        assert not any(b"canary" in path.read_bytes() for path in objects(tmp_path))

    def test_a_changed_object_and_a_changed_token_are_errors(
        self, sealing: Any, options: SetOptions, tmp_path: Path
    ) -> None:
        options(xcom_objectstorage_threshold="0")
        row = pushed(sealing, "y" * 5000)
        [file] = objects(tmp_path)
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
        with pytest.raises(IntegrityError):
            sealing.load_value(row)
        row["__data__"]["sealed"]["token"] = "00" * 40
        with pytest.raises(DecryptionError):
            sealing.load_value(row)

    def test_purging_asks_it_for_nothing(self, sealing: Any, options: SetOptions, tmp_path: Path) -> None:
        options(xcom_objectstorage_threshold="0")
        purge(SerdeXComBackend, pushed(sealing, "y" * 5000))
        assert objects(tmp_path) == []

    def test_it_is_asked_for_what_is_decrypted_to_be_masked(
        self, sealing: Any, options: SetOptions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        masked = masking(monkeypatch)
        options()
        sealing.load_value(pushed(sealing, "canary-1"))
        assert "canary-1" in masked

    @pytest.mark.parametrize("keys", ["", KEY], ids=["no key", "a key"])
    def test_rows_that_are_not_encrypted_meet_the_policy(self, keys: str, sealing: Any, options: SetOptions) -> None:
        """Whether or not there are Fernet keys."""
        options(fernet_keys=keys, plaintext_rows="reject")
        assert sealing.load_value(pushed(sealing, (1,))) == (1,)
        with pytest.raises(PlaintextRefusedError):
            sealing.load_value("plain")

    def test_one_that_derives_from_fernet_opens_old_rows_too(self, options: SetOptions) -> None:
        class Moving(FernetEncryption):
            def seal(self, plaintext: bytes) -> dict[str, Json]:
                return ChaCha().seal(plaintext)

            def unseal(self, sealed: Mapping[str, Any]) -> bytes:
                own = sealed["key_id"] == "acme:1"
                return ChaCha().unseal(sealed) if own else super().unseal(sealed)

        class Acme(ToolkitXComBackend):
            @classmethod
            def pipeline(cls) -> Pipeline:
                cipher = Moving(lambda: cls.settings().keys)
                return replace(super().pipeline(), encryption=cipher, decryption=lambda: cipher)

        options(fernet_keys=KEY, xcom_objectstorage_threshold="0")
        for row in (pushed(ToolkitXComBackend, "y" * 5000), pushed(Acme, "y" * 5000)):
            assert Acme.load_value(row) == "y" * 5000

    def test_its_rows_do_not_open_elsewhere(self, sealing: Any, options: SetOptions) -> None:
        options(fernet_keys=KEY)
        with pytest.raises(DecryptionError, match="acme:1"):
            FernetXComBackend.load_value(pushed(sealing, (1,)))

    @pytest.mark.parametrize("key_id", ["", "a b", "ü", "x" * 129, 7], ids=ascii)
    def test_a_key_id_that_rows_do_not_keep_is_refused_at_push(
        self, key_id: Any, sealing: Any, options: SetOptions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ChaCha, "seal", lambda self, plaintext: {"token": "x", "key_id": key_id})
        options()
        with pytest.raises((TypeError, ValueError)):
            pushed(sealing, (1,))


class PayrollApart(ObjectPlacement):
    def store_name(self, at: Coordinate) -> str:
        return "payroll" if at.dag_id == "payroll" else super().store_name(at)


class PayrollXCom(ToolkitXComBackend):
    @classmethod
    def pipeline(cls) -> Pipeline:
        return replace(super().pipeline(), placement=cls.settings().placement(PayrollApart))


class TestPlacement:
    def test_the_values_of_one_dag_go_to_another_store(self, options: SetOptions, tmp_path: Path) -> None:
        options(xcom_objectstorage_threshold="0", stores=json.dumps({"payroll": f"file://{tmp_path}/payroll"}))
        rows = [pushed(PayrollXCom, "y" * 500, dag_id=dag) for dag in ("payroll", "orders")]
        assert [row["__data__"]["body"]["store"] for row in rows] == ["payroll", "default"]
        assert len(objects(tmp_path / "payroll")) == len(objects(tmp_path / "store")) == 1

    @pytest.mark.parametrize("backend", [PayrollXCom, ToolkitXComBackend, SerdeXComBackend])
    def test_pull_and_purge_follow_the_row_and_not_the_rule(
        self, backend: Any, options: SetOptions, tmp_path: Path
    ) -> None:
        options(xcom_objectstorage_threshold="0", stores=json.dumps({"payroll": f"file://{tmp_path}/payroll"}))
        row = pushed(PayrollXCom, "y" * 500, dag_id="payroll")
        assert backend.load_value(row) == "y" * 500
        purge(backend, row)
        assert objects(tmp_path) == []

    def test_a_store_that_is_not_configured_is_an_error_at_push(self, options: SetOptions, tmp_path: Path) -> None:
        options(xcom_objectstorage_threshold="0")
        with pytest.raises(ConfigurationError, match=r"stores: PayrollApart puts XCom 'k' of payroll\.t .*'payroll'"):
            pushed(PayrollXCom, "y" * 500, dag_id="payroll")
        assert objects(tmp_path) == []

    def test_a_rule_is_asked_once_for_an_object(self, options: SetOptions, tmp_path: Path) -> None:
        """So that one by turns is possible."""
        names = iter(["one", "two"])

        class InTurn(ObjectPlacement):
            def store_name(self, at: Coordinate) -> str:
                return next(names)

        class Acme(ToolkitXComBackend):
            @classmethod
            def pipeline(cls) -> Pipeline:
                return replace(super().pipeline(), placement=cls.settings().placement(InTurn))

        stores = {name: f"file://{tmp_path}/{name}" for name in ("one", "two")}
        options(xcom_objectstorage_threshold="0", stores=json.dumps(stores))
        for _ in range(2):
            assert Acme.load_value(pushed(Acme, "y" * 500)) == "y" * 500
        assert [len(objects(tmp_path / name)) for name in stores] == [1, 1]


@dataclass
class Image:
    """A dataclass, which the toolkit would keep by its own handler, were its module allowed."""

    pixels: bytes


class ImageHandler(TypeHandler):
    type_id = "acme.image@1"
    types = (Image,)

    def dump(self, value: Image, context: HandlerContext) -> Dumped:
        data = zlib.compress(value.pixels)
        return Dumped(leaf=Leaf(lambda sink: sink.write(data), len(data)))

    def load(self, meta: Mapping[str, Any], children: list[Any], leaf: Source | None, context: HandlerContext) -> Image:
        assert leaf is not None
        return Image(zlib.decompress(leaf.read()))


def with_id(type_id: str) -> TypeHandler:
    handler = ImageHandler()
    handler.type_id = type_id  # type: ignore[misc]
    return handler


class Imaging(ToolkitXComBackend):
    @classmethod
    def pipeline(cls) -> Pipeline:
        pipeline = super().pipeline()
        return replace(pipeline, handlers=pipeline.handlers.adding(ImageHandler()))


class TestHandlers:
    def test_a_handler_added_in_code_dumps_and_loads(self, options: SetOptions) -> None:
        """It is asked before the toolkit's own for dataclasses, and everything else is kept as before."""
        options(allowed_deserialization_classes="airflow.* tests.*")
        row = pushed(Imaging, {"image": Image(b"x" * 99), "array": np.arange(3)})
        assert "acme.image@1" in row["__data__"]["tree"]
        loaded = Imaging.load_value(row)
        assert loaded["image"] == Image(b"x" * 99)
        assert_same(loaded["array"], np.arange(3))

    def test_without_it_a_pull_says_where_it_may_be(self, options: SetOptions) -> None:
        options()
        row = pushed(Imaging, Image(b"x"))
        with pytest.raises(UnsupportedTypeError, match=r"acme\.image@1.*entry point group.*adds it in code"):
            SerdeXComBackend.load_value(row)

    @pytest.mark.parametrize(
        ("type_id", "says"),
        [
            ("image", "acme.image@1"),
            ("acme.image", "acme.image@1"),
            ("acme.image@0", "acme.image@1"),
            ("pandas.dataframe@1", "the toolkit's own"),
            ("airflow.serde@1", "the toolkit's own"),
            ("acme.image@1", "two handlers"),
        ],
    )
    def test_a_type_id_that_is_taken_or_none_is_an_error(self, type_id: str, says: str, options: SetOptions) -> None:
        class Acme(Imaging):
            @classmethod
            def pipeline(cls) -> Pipeline:
                pipeline = super().pipeline()
                return replace(pipeline, handlers=pipeline.handlers.adding(with_id(type_id)))

        options()
        with pytest.raises(ConfigurationError, match=says):
            pushed(Acme, 1)

    def test_a_newer_version_than_the_one_added_is_told_from_an_unknown_type(self, options: SetOptions) -> None:
        options()
        row = pushed(Imaging, Image(b"x"))
        row["__data__"]["tree"] = row["__data__"]["tree"].replace("@1", "@2")
        with pytest.raises(Exception, match="up to 1"):
            Imaging.load_value(row)
