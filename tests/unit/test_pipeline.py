"""The pipeline: push, strict JSON, pull."""

from __future__ import annotations

import json
import traceback
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cryptography.fernet import Fernet

from airflow_xcom_toolkit.abc import Coordinate, Reference
from airflow_xcom_toolkit.envelope import Envelope, is_envelope
from airflow_xcom_toolkit.errors import (
    ConfigurationError,
    DecryptionError,
    EnvelopeError,
    EnvelopeVersionError,
    IntegrityError,
    ObjectMissingError,
    PlaintextRefusedError,
    StorageError,
    UnsupportedTypeError,
    UntrustedReferenceError,
    ValueTooLargeError,
    XComToolkitError,
)
from airflow_xcom_toolkit.testing.same import assert_same
from tests.pipelines import AT, KEY, objects, pipeline, strict

FRAME = pd.DataFrame({"a": range(1000), "b": ["x", "y"] * 500, "c": np.linspace(0, 1, 1000)})

VALUES: dict[str, Any] = {
    "str": "text",
    "none_inside": [None, True, 1, 1.5, "x"],
    "negative zero": -0.0,
    "whole float": 2.0,
    "huge float": 1e300,
    "nul": "a\x00b",
    "surrogate": "\ud800",
    "big int": 2**200,
    "tuple": (1, (2, "x")),
    "int keys": {1: "a", (2, 3): "b"},
    "reserved keys": {"__classname__": "x", "__version__": 1, "__data__": {}},
    "marked": {"~": "py.tuple@1", "of": [1]},
    "old style": {"__type": "dict", "__var": {"a": 1}},
    "bytes": b"\x00\xff" * 700,
    "long text": "ä" * 5000,
    "frame": FRAME,
    "array": np.arange(24.0).reshape(2, 3, 4),
    "empty": np.array([], dtype=np.dtypes.StringDType()),
    "empty with a name": {"names": np.array([], dtype=np.dtypes.StringDType())},
    "nested": {"train": [FRAME, (np.float32(1.5), b"x")], "nan": float("nan")},
    "deep": reduce(lambda inner, level: [inner] if level % 2 else {"k": (inner,)}, range(400), 0),
}


@pytest.mark.parametrize("compression", [None, "gzip", "zip", "zstd"])
@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["plain", "encrypted"])
@pytest.mark.parametrize("threshold", [None, 2000, 0], ids=["row", "2000", "object"])
@pytest.mark.parametrize("name", VALUES)
def test_pull_gives_back_what_push_got(
    name: str, threshold: int | None, keys: tuple[str, ...], compression: str | None, tmp_path: Path
) -> None:
    pipe = pipeline(tmp_path, threshold=threshold, keys=keys, compression=compression)
    row = strict(pipe.push(VALUES[name], AT))
    assert_same(pipe.pull(row, AT).value, VALUES[name])


@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["plain", "encrypted"])
@pytest.mark.parametrize("name", VALUES)
def test_a_row_of_an_offloaded_value_is_small(name: str, keys: tuple[str, ...], tmp_path: Path) -> None:
    row = pipeline(tmp_path, keys=keys).push(VALUES[name], AT)
    assert len(json.dumps(row)) < 8192


def test_five_thousand_arrays_are_one_object_and_a_small_row(tmp_path: Path) -> None:
    value = {f"part {i}": np.full(3, i) for i in range(5000)}
    pipe = pipeline(tmp_path)
    row = pipe.push(value, AT)
    assert len(objects(tmp_path)) == 1
    assert len(json.dumps(row)) < 8192
    assert_same(pipe.pull(strict(row)).value, value)


class TestInert:
    @pytest.mark.parametrize(
        "value", [None, True, 0, 2**63 - 1, "x", "s3://bucket/key", [], {}, {"a": [1, 2.5, None, {"~": 1}]}], ids=repr
    )
    def test_small_plain_json_is_its_own_row(self, value: Any, tmp_path: Path) -> None:
        assert pipeline(tmp_path, threshold=2000).push(value, AT) == value

    def test_json_above_the_threshold_is_an_ordinary_json_file(self, tmp_path: Path) -> None:
        value = {"text": "x" * 5000}
        pipeline(tmp_path, threshold=2000).push(value, AT)
        [file] = objects(tmp_path)
        assert file.suffix == ".json"
        assert json.loads(file.read_text()) == value

    def test_a_value_of_exactly_the_threshold_stays_in_the_row(self, tmp_path: Path) -> None:
        assert not is_envelope(pipeline(tmp_path, threshold=7).push("12345", AT))
        assert is_envelope(pipeline(tmp_path, threshold=6).push("12345", AT))

    def test_an_encrypting_pipeline_leaves_nothing_plain(self, tmp_path: Path) -> None:
        assert is_envelope(pipeline(tmp_path, threshold=2000, keys=(KEY,)).push("x", AT))


class TestObjects:
    def test_a_frame_is_an_arrow_file(self, tmp_path: Path) -> None:
        pipeline(tmp_path).push(FRAME, AT)
        [file] = objects(tmp_path)
        assert file.suffix == ".arrow"
        assert list(pd.read_feather(file)["a"]) == list(FRAME["a"])

    def test_an_array_is_an_npy_file(self, tmp_path: Path) -> None:
        pipeline(tmp_path).push(np.arange(5), AT)
        [file] = objects(tmp_path)
        assert file.suffix == ".npy"
        assert np.load(file, allow_pickle=False).tolist() == [0, 1, 2, 3, 4]

    def test_compression_adds_its_suffix(self, tmp_path: Path) -> None:
        pipeline(tmp_path, compression="gzip").push(np.arange(5), AT)
        assert objects(tmp_path)[0].name.endswith(".npy.gz")

    def test_an_encrypted_object_does_not_tell_its_type_by_its_name(self, tmp_path: Path) -> None:
        pipeline(tmp_path, compression="gzip", keys=(KEY,)).push(FRAME, AT)
        assert objects(tmp_path)[0].suffixes[-1] == ".enc"
        assert ".arrow" not in objects(tmp_path)[0].name

    def test_every_write_has_an_object_of_its_own(self, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path)
        first, second = pipe.push([1], AT), pipe.push([2], AT)
        assert len(objects(tmp_path)) == 2
        assert [pipe.pull(first).value, pipe.pull(second).value] == [[1], [2]]

    def test_purge_deletes_the_object_and_twice_is_fine(self, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, keys=(KEY,))
        row = pipe.push(FRAME, AT)
        keyless = pipeline(tmp_path)
        keyless.purge(row)
        keyless.purge(row)
        assert objects(tmp_path) == []


class TestRefusals:
    def test_a_value_without_a_handler_is_refused_with_its_place_and_its_xcom(self, tmp_path: Path) -> None:
        with pytest.raises(UnsupportedTypeError) as caught:
            pipeline(tmp_path).push({"train": [1, 2, 3, object()]}, AT)
        message = str(caught.value)
        assert caught.value.place == "value['train'][3]"
        for part in ("value['train'][3]", "builtins.object", "'return_value'", "dag.task", "run"):
            assert part in message
        assert objects(tmp_path) == []

    def test_with_encryption_an_error_shows_no_key_of_the_value(self, tmp_path: Path) -> None:
        with pytest.raises(UnsupportedTypeError) as caught:
            pipeline(tmp_path, keys=(KEY,)).push({"secret-name": [object()]}, AT)
        assert "secret-name" not in str(caught.value)

    def test_with_encryption_a_reason_that_may_quote_the_value_is_not_said(self, tmp_path: Path) -> None:
        value = {"a": pd.DataFrame({"secret-column": [object()]})}
        with pytest.raises(UnsupportedTypeError) as caught:
            pipeline(tmp_path, keys=(KEY,)).push(value, AT)
        assert "secret" not in "".join(traceback.format_exception(caught.value))

    def test_a_handler_that_fails_is_a_refusal_with_its_place(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pipe = pipeline(tmp_path)
        handler = pipe.handlers.of_type_id("py.tuple@1")
        monkeypatch.setattr(type(handler), "dump", lambda self, value, context: 1 / 0)
        with pytest.raises(UnsupportedTypeError, match=r"value\['a'\] of XCom.*ZeroDivisionError"):
            pipe.push({"a": (1,)}, AT)

    def test_a_value_that_contains_itself_is_refused(self, tmp_path: Path) -> None:
        value: list[Any] = []
        value.append({"again": value})
        with pytest.raises(UnsupportedTypeError, match="contains itself"):
            pipeline(tmp_path).push(value, AT)

    @pytest.mark.parametrize("threshold", [None, 0])
    @pytest.mark.parametrize("value", ["x" * 2000, np.zeros(1000), b"x" * 2000, ["y" * 2000, -0.0]], ids=type)
    def test_a_value_over_the_limit_is_refused_and_nothing_is_written(
        self, value: Any, threshold: int | None, tmp_path: Path
    ) -> None:
        with pytest.raises(ValueTooLargeError, match=r"dag\.task"):
            pipeline(tmp_path, threshold=threshold, max_value_bytes=1000).push(value, AT)
        assert objects(tmp_path) == []

    def test_a_value_below_the_limit_passes(self, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, max_value_bytes=1000)
        assert pipe.pull(pipe.push("x" * 900, AT)).value == "x" * 900


def _flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


DAMAGE = {
    "truncated": lambda data: data[:-1],
    "cut to a half": lambda data: data[: len(data) // 2],
    "emptied": lambda data: b"",
    "flipped": _flip,
    "flipped at the start": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "flipped at the end": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "appended": lambda data: data + b"x",
    "doubled": lambda data: data * 2,
}


@pytest.mark.parametrize("value", [FRAME, np.arange(5000), {"a": "x" * 100}, {"k": (b"x" * 2000, FRAME)}], ids=type)
@pytest.mark.parametrize("compression", [None, "gzip", "zstd", "zip"])
@pytest.mark.parametrize("keys", [(), (KEY,)], ids=["plain", "encrypted"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_changed_object_is_an_integrity_error(
    damage: str, keys: tuple[str, ...], compression: str | None, value: Any, tmp_path: Path
) -> None:
    pipe = pipeline(tmp_path, keys=keys, compression=compression)
    row = pipe.push(value, AT)
    [file] = objects(tmp_path)
    file.write_bytes(DAMAGE[damage](file.read_bytes()))
    with pytest.raises(IntegrityError):
        pipe.pull(row, AT)


class TestLoud:
    def test_a_missing_object_is_named_and_no_path_comes_back(self, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path)
        row = pipe.push(FRAME, AT)
        objects(tmp_path)[0].unlink()
        with pytest.raises(ObjectMissingError, match="no such object") as caught:
            pipe.pull(row)
        assert isinstance(caught.value, FileNotFoundError)

    @pytest.mark.parametrize("keys", [(), (KEY,)], ids=["plain", "encrypted"])
    def test_swapped_objects_are_an_integrity_error(self, keys: tuple[str, ...], tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, keys=keys)
        row = pipe.push(np.zeros(100), AT)
        [first] = objects(tmp_path)
        pipe.push(np.ones(100), AT)
        [second] = [path for path in objects(tmp_path) if path != first]
        first.write_bytes(second.read_bytes())
        with pytest.raises(IntegrityError):
            pipe.pull(row)

    def test_an_encrypted_object_with_another_rows_key_does_not_open(self, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, keys=(KEY,))
        row, other = pipe.push(np.zeros(100), AT), pipe.push(np.ones(100), AT)
        for part in ("codecs", "body"):
            row["__data__"][part] = other["__data__"][part]  # type: ignore[index,call-overload]
        with pytest.raises(IntegrityError):
            pipe.pull(row)

    def test_an_encrypted_body_in_the_row_does_not_open_in_another_row(self, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, threshold=None, keys=(KEY,))
        row, other = pipe.push(np.zeros(3), AT), pipe.push(np.ones(3), AT)
        row["__data__"]["body"] = other["__data__"]["body"]  # type: ignore[index,call-overload]
        with pytest.raises(DecryptionError, match="another row"):
            pipe.pull(row)

    @pytest.mark.parametrize("threshold", [None, 0])
    def test_a_plain_body_in_an_encrypted_row_is_not_read(self, threshold: int | None, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, threshold=threshold, keys=(KEY,))
        row, forged = pipe.push(np.zeros(3), AT), pipeline(tmp_path, threshold=threshold).push(np.ones(3), AT)
        for part in ("codecs", "body"):
            row["__data__"][part] = forged["__data__"][part]  # type: ignore[index,call-overload]
        with pytest.raises(DecryptionError, match="forged"):
            pipe.pull(row, AT)

    def test_bytes_are_not_taken_apart_before_they_are_authenticated(self, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, keys=(KEY,))
        row: Any = pipe.push(np.zeros(100), AT)
        row["__data__"]["codecs"].append({"name": "gzip"})
        with pytest.raises(DecryptionError, match="forged"):
            pipe.pull(row)
        row = pipe.push(np.zeros(100), AT)
        row["__data__"]["codecs"][0]["chunk"] = 1 << 30
        with pytest.raises(EnvelopeError, match="chunk"):
            pipe.pull(row)

    def test_a_part_of_a_tree_that_refers_to_itself_has_an_end(self, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, threshold=None)
        row: Any = pipe.push((1,), AT)
        row["__data__"]["tree"] = json.dumps(
            {"~": "parts", "root": {"~": "part", "n": 0}, "parts": [{"~": "part", "n": 0}]}
        )
        with pytest.raises(EnvelopeError, match="twice"):
            pipe.pull(row)

    def test_an_encrypted_row_copied_onto_another_xcom_does_not_open(self, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, keys=(KEY,))
        row = pipe.push("secret", AT)
        for change in ({"dag_id": "x"}, {"run_id": "x"}, {"task_id": "x"}, {"key": "x"}):
            with pytest.raises(DecryptionError, match="another XCom"):
                pipe.pull(row, replace(AT, **change))

    def test_map_indexes_are_told_apart(self, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, keys=(KEY,))
        row = pipe.push("secret", replace(AT, map_index=3))
        assert pipe.pull(row, replace(AT, map_index=3)).value == "secret"
        assert pipe.pull(row, replace(AT, map_index=None)).value == "secret"
        with pytest.raises(DecryptionError):
            pipe.pull(row, replace(AT, map_index=4))

    def test_a_wrong_key_is_named_by_its_id_alone(self, tmp_path: Path) -> None:
        other = Fernet.generate_key().decode()
        row = pipeline(tmp_path, keys=(KEY,)).push("secret", AT)
        with pytest.raises(DecryptionError) as caught:
            pipeline(tmp_path, keys=(other,)).pull(row)
        assert caught.value.key_id == row["__data__"]["sealed"]["key_id"]  # type: ignore[index,call-overload]
        assert KEY not in str(caught.value)
        assert other not in str(caught.value)

    def test_without_a_key_an_encrypted_row_says_which_option_is_missing(self, tmp_path: Path) -> None:
        row = pipeline(tmp_path, keys=(KEY,)).push("secret", AT)
        with pytest.raises(ConfigurationError, match="fernet_keys"):
            pipeline(tmp_path).pull(row)

    def test_old_keys_still_open_old_rows(self, tmp_path: Path) -> None:
        newer = Fernet.generate_key().decode()
        row = pipeline(tmp_path, keys=(KEY,)).push(FRAME, AT)
        assert_same(pipeline(tmp_path, keys=(newer, KEY)).pull(row).value, FRAME)

    def test_a_newer_envelope_is_refused_by_name(self, tmp_path: Path) -> None:
        row = {**pipeline(tmp_path).push((1,), AT), "__version__": 2}  # type: ignore[dict-item]
        for action in (pipeline(tmp_path).pull, pipeline(tmp_path).purge):
            with pytest.raises(EnvelopeVersionError, match="format 2"):
                action(row)
        assert len(objects(tmp_path)) == 1

    def test_a_newer_type_is_refused_by_name(self, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, threshold=None)
        row = pipe.push((1,), AT)
        row["__data__"]["tree"] = row["__data__"]["tree"].replace("@1", "@9")  # type: ignore[index,call-overload,union-attr]
        with pytest.raises(EnvelopeVersionError, match=r"py\.tuple"):
            pipe.pull(row)

    @pytest.mark.parametrize("key", ["../x", "a/../../x", "/etc/passwd", "a//b", "./a", "a\\b", "", "a\x00b"], ids=repr)
    def test_a_key_that_leaves_its_store_is_neither_read_nor_deleted(self, key: Any, tmp_path: Path) -> None:
        victim = tmp_path / "x"
        victim.write_bytes(b"x")
        (tmp_path / "store").mkdir()
        pipe = pipeline(tmp_path / "store")
        row = Envelope.from_row(pipe.push("y" * 100, AT)).to_row()  # type: ignore[arg-type]
        row["__data__"]["body"]["key"] = key  # type: ignore[index,call-overload]
        for action in (pipe.pull, pipe.purge):
            with pytest.raises(UntrustedReferenceError):
                action(row)
        assert victim.exists()

    def test_an_unknown_store_is_named(self, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path)
        row = pipe.push("y" * 100, AT)
        row["__data__"]["body"]["store"] = "gone"  # type: ignore[index,call-overload]
        for action in (pipe.pull, pipe.purge):
            with pytest.raises(UntrustedReferenceError, match="'gone'"):
                action(row)

    @pytest.mark.parametrize(
        "change",
        [
            {"body": {}},
            {"body": {"data": "!"}},
            {"body": {"store": "default", "key": "k", "size": -1}},
            {"body": {"store": "default", "key": "k", "size": "1"}},
            {"body": {"store": "default", "key": 7, "size": 1}},
            {"codecs": [{"name": "rot13"}]},
            {"codecs": [{"name": "zip"}]},
            {"codecs": [{}]},
            {"codecs": 3},
            {"tree": None},
            {"tree": "{"},
            {"tree": [0, 10]},
            {"type": 3},
            {"sealed": {}},
            {"sealed": {"token": 1}},
        ],
        ids=str,
    )
    def test_a_malformed_envelope_is_a_named_error(self, change: dict[str, Any], tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, keys=(KEY,), encrypt=False)
        row: Any = pipe.push(np.arange(3), AT)
        row["__data__"].update(change)
        with pytest.raises(XComToolkitError):
            pipe.pull(row)

    def test_a_store_that_cannot_be_written_is_a_storage_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StorageError, match="default"):
            pipeline(tmp_path / "file").push((1,), AT)


class TestSecret:
    VALUE = {"canary-key": ["canary-text", b"canary-bytes", pd.DataFrame({"canary-column": ["canary-cell"]})]}

    @pytest.mark.parametrize("threshold", [None, 0])
    def test_neither_row_nor_object_shows_value_type_shape_or_keys(self, threshold: int | None, tmp_path: Path) -> None:
        row = pipeline(tmp_path, threshold=threshold, keys=(KEY,)).push(self.VALUE, AT)
        seen = json.dumps(row).encode() + b"".join(path.read_bytes() for path in objects(tmp_path))
        for canary in (b"canary", b"pandas", b"rows", b"Y2FuYXJ5", b"json@1"):
            assert canary not in seen

    def test_the_check_for_canaries_finds_them_without_encryption(self, tmp_path: Path) -> None:
        pipeline(tmp_path).push(self.VALUE, AT)
        assert b"canary" in objects(tmp_path)[0].read_bytes()

    def test_pulled_says_that_its_row_was_encrypted(self, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, keys=(KEY,))
        assert pipe.pull(pipe.push("x", AT)).encrypted
        assert not pipeline(tmp_path).pull("x").encrypted

    def test_the_policy_for_plaintext_meets_every_row_that_is_not_encrypted(self, tmp_path: Path) -> None:
        def reject() -> None:
            raise PlaintextRefusedError("no")

        plain = pipeline(tmp_path).push((1,), AT)
        pipe = pipeline(tmp_path, keys=(KEY,), on_plaintext=reject)
        for row in (plain, "x", {"a": 1}):
            with pytest.raises(PlaintextRefusedError):
                pipe.pull(row)
        assert pipe.pull(pipe.push("x", AT)).value == "x"


class TestIndependent:
    def test_push_does_not_change_the_value(self, tmp_path: Path) -> None:
        value = {"a": [FRAME.copy(), np.arange(3)], "b": {1: 2}}
        pipeline(tmp_path).push(value, AT)
        assert_same(value, {"a": [FRAME, np.arange(3)], "b": {1: 2}})

    @pytest.mark.parametrize("threshold", [None, 0])
    def test_pulled_values_are_writable_and_share_nothing(self, threshold: int | None, tmp_path: Path) -> None:
        pipe = pipeline(tmp_path, threshold=threshold)
        row = pipe.push({"a": np.zeros(10), "f": FRAME}, AT)
        first, second = pipe.pull(row).value, pipe.pull(row).value
        first["a"][0] = 1
        first["f"].loc[0, "c"] = 99.0
        assert second["a"][0] == 0
        assert second["f"].loc[0, "c"] == 0.0


def test_a_pull_follows_the_row_and_not_the_configuration(tmp_path: Path) -> None:
    """A value pushed compressed, encrypted and offloaded is read by a pipeline that does none of it."""
    row = pipeline(tmp_path, compression="zstd", keys=(KEY,)).push(FRAME, AT)
    assert_same(pipeline(tmp_path, threshold=None, keys=(KEY,), encrypt=False).pull(row).value, FRAME)


def test_a_row_needs_only_what_it_says(tmp_path: Path) -> None:
    reference = Envelope.from_row(pipeline(tmp_path).push(FRAME, AT)).body  # type: ignore[arg-type]
    assert isinstance(reference, Reference)
    assert (reference.store, reference.size) == ("default", objects(tmp_path)[0].stat().st_size)


def test_envelopes_that_are_not_json_objects_are_foreign() -> None:
    assert not is_envelope(["__classname__"])
    with pytest.raises(EnvelopeError):
        Envelope.from_row({"__classname__": "airflow_xcom_toolkit.Envelope"})


def test_a_coordinate_says_which_xcom_it_is() -> None:
    assert str(Coordinate("d", "r", "t", 2, "k")) == "XCom 'k' of d.t[2] in run 'r'"
