"""What Airflow's stats get. These tests run on each Airflow that is supported."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.errors import IntegrityError, StorageError, UnsupportedTypeError
from airflow_xcom_toolkit.observe import names
from airflow_xcom_toolkit.observe.counting import count_with
from tests.pipelines import objects
from tests.unit.conftest import SetOptions
from tests.unit.observe.conftest import Receiver, receive_with
from tests.unit.observe.every import every_name
from tests.unit.observe.values import ARRAY, FAR, KEY, pull, purge, push
from tests.unit.placement.far import Far, cached, value

PLAIN = {"rows": 3, "path": "s3://acme/orders"}


class TestPlainJson:
    def test_it_is_counted_with_the_bytes_of_its_row(self, metrics: Receiver) -> None:
        pull(push(PLAIN))
        size = len(json.dumps(PLAIN))
        assert metrics.counts == {
            **{f"{action}.values.plain": 1 for action in ("push", "pull")},
            **{f"{action}.bytes.row": size for action in ("push", "pull")},
        }

    def test_it_is_not_timed(self, metrics: Receiver) -> None:
        """There is one for each small result, and none tells anything of a store."""
        pull(push(PLAIN))
        assert not metrics.times


class TestEnvelopes:
    def test_an_object_counts_with_its_bytes_beside_those_of_its_row(
        self, metrics: Receiver, options: SetOptions, tmp_path: Path
    ) -> None:
        options(**FAR)
        row = push(ARRAY)
        pull(row)
        [file] = objects(tmp_path / "store")
        for action in ("push", "pull"):
            assert metrics.counts[f"{action}.values.offloaded"] == 1
            assert metrics.counts[f"{action}.bytes.object"] == file.stat().st_size
            assert metrics.counts[f"{action}.bytes.row"] == len(json.dumps(row))

    def test_a_body_in_the_row_counts_there(self, metrics: Receiver) -> None:
        row = push(ARRAY)
        assert metrics.counts["push.values.in_row"] == 1
        assert metrics.counts["push.bytes.row"] == len(json.dumps(row))
        assert not metrics.counts["push.bytes.object"]

    @pytest.mark.parametrize("row", [{"__classname__": "builtins.tuple", "__version__": 1, "__data__": [1, 2]}])
    def test_a_row_of_another_backend_counts_as_that(self, metrics: Receiver, row: Any) -> None:
        assert pull(row) == (1, 2)
        assert metrics.counts["pull.values.foreign"] == 1

    def test_a_purge_counts_the_bytes_that_it_frees(self, metrics: Receiver, options: SetOptions) -> None:
        options(**FAR)
        row = push(ARRAY)
        purge(row)
        assert metrics.counts["purge.bytes.object"] == row["__data__"]["body"]["size"]


class TestTimes:
    def test_the_stages_are_those_that_are_documented_and_fit_into_the_whole(
        self, metrics: Receiver, options: SetOptions
    ) -> None:
        options(**FAR, fernet_keys=KEY, xcom_objectstorage_compression="gzip")
        np.testing.assert_array_equal(pull(push(ARRAY)), ARRAY)
        for action, stages in names.STAGES.items():
            [whole] = metrics.times.pop(f"{action}.time")
            spent = {stage: metrics.times.pop(f"{action}.stage_time.{stage}")[0] for stage in stages}
            assert all(took > 0 for took in spent.values())
            assert sum(spent.values()) <= whole
        assert not metrics.times

    def test_a_body_that_is_read_as_a_file_is_counted_and_not_timed(
        self, metrics: Receiver, options: SetOptions
    ) -> None:
        """Its time is the reader's."""
        options(**FAR)
        row = push(ARRAY)
        metrics.times.clear()
        with ToolkitXComBackend.open_row(row) as body:
            body.read()
        assert metrics.counts["pull.values.offloaded"] == 1
        assert not metrics.times


class TestFailures:
    def test_a_refused_value_is_counted_by_the_class_of_its_error(self, metrics: Receiver) -> None:
        with pytest.raises(UnsupportedTypeError):
            push(object())
        assert metrics.counts == {"push.failures.unsupported_type_error": 1}

    def test_a_damaged_object_is_counted_by_the_class_of_its_error(
        self, metrics: Receiver, options: SetOptions, tmp_path: Path
    ) -> None:
        options(**FAR)
        row = push(ARRAY)
        [file] = objects(tmp_path / "store")
        file.write_bytes(b"x" * file.stat().st_size)
        with pytest.raises(IntegrityError):
            pull(row)
        assert metrics.counts["pull.failures.integrity_error"] == 1
        assert not metrics.counts["pull.values.offloaded"]

    def test_so_is_what_ends_a_task_in_the_middle(self, metrics: Receiver) -> None:
        """Airflow's time limit, for instance, is no ``Exception``."""

        class TimedOut(ToolkitXComBackend):
            @classmethod
            def push(cls, value: Any, at: Coordinate) -> Any:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            push(ARRAY, TimedOut)
        assert metrics.counts == {"push.failures.keyboard_interrupt": 1}

    def test_an_error_in_the_block_of_a_reader_is_not_a_failed_pull(
        self, metrics: Receiver, options: SetOptions
    ) -> None:
        options(**FAR)
        row = push(ARRAY)
        with pytest.raises(ZeroDivisionError), ToolkitXComBackend.open_row(row):
            _ = 1 / 0
        assert not [name for name in metrics.counts if "failures" in name]


class TestBelowAValue:
    def test_hits_and_misses_of_the_cache_are_counted(self, metrics: Receiver, tmp_path: Path) -> None:
        count_with(_Counting(metrics))
        far = Far(tmp_path / "far")
        row = cached(far, None).push(value(), Coordinate("d", "r", "t", -1, "k"))
        for _ in range(3):
            cached(far, tmp_path / "cache").pull(row)
        assert metrics.counts == {"cache.misses": 1, "cache.hits": 2}

    def test_a_call_that_is_tried_again_is_counted(
        self, metrics: Receiver, options: SetOptions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("airflow_xcom_toolkit.placement.retry.time.sleep", lambda seconds: None)
        options(**FAR, storage_attempts="3")
        row = push(ARRAY)
        monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.cat_file", _broken)
        with pytest.raises(StorageError):
            pull(row)
        assert metrics.counts["storage.retries.read"] == 2

    def test_a_row_that_is_not_encrypted_is_counted_where_rows_should_be(
        self, metrics: Receiver, options: SetOptions
    ) -> None:
        options(fernet_keys=KEY)
        pull(PLAIN)
        assert metrics.counts["pull.plaintext_rows"] == 1


class TestWhere:
    def test_what_is_pulled_in_threads_and_from_coroutines_is_counted(
        self, metrics: Receiver, options: SetOptions
    ) -> None:
        options(**FAR)
        rows = [(push(ARRAY + number), None) for number in range(6)]
        list(ToolkitXComBackend.load_rows(rows))
        asyncio.run(ToolkitXComBackend.aload_rows(rows))
        assert metrics.counts["pull.values.offloaded"] == 12
        assert len(metrics.times["pull.stage_time.fetch"]) == 12

    def test_the_tags_are_those_of_the_metrics_of_a_task(self, metrics: Receiver) -> None:
        push(ARRAY)
        assert metrics.tags == {(("dag_id", "d"), ("task_id", "t"))}


class TestReceivers:
    def test_nothing_is_told_where_metrics_are_off(
        self, metrics: Receiver, options: SetOptions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "False")
        options()
        pull(push(ARRAY))
        assert not metrics.counts

    def test_one_that_fails_fails_no_value(
        self, metrics: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        receive_with(monkeypatch, lambda: 1 / 0)
        np.testing.assert_array_equal(pull(push(ARRAY)), ARRAY)
        assert caplog.text.count("Airflow's metrics did not take") == 1

    def test_every_name_is_one_that_any_of_them_takes(self) -> None:
        """Airflow drops a name with other characters, or a long one."""
        for name in every_name():
            assert re.fullmatch(r"xcom_toolkit(\.[a-z][a-z_]*)+", name)
            assert len(f"airflow.{name}") < 200

    def test_a_class_gives_a_name_whatever_it_is_called(self) -> None:
        for given, name in {"HTTPError": "http_error", "IntegrityError": "integrity_error", "Über2": "_ber2"}.items():
            assert names.error_name(type(given, (Exception,), {})()) == name


class _Counting:
    """The meter of a pipeline that no backend has made."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def count(self, name: str, number: int = 1, tags: Any = None) -> None:
        self._receiver.incr(name, number)

    def time(self, name: str, milliseconds: float, tags: Any = None) -> None: ...


def _broken(*args: Any, **kwargs: Any) -> bytes:
    raise ConnectionResetError
