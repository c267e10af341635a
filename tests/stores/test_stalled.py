"""A store that takes a request and never answers: with the settings of the how-to, the call ends in the named error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from airflow_xcom_toolkit.errors import StorageError
from airflow_xcom_toolkit.testing.xcoms import XComs
from tests.servers.proxy import Stalled
from tests.stores.wired import OnTheWire, Wired

LIMIT = 0.1
EXTRA = {"s3": {"config_kwargs": {"connect_timeout": 5, "read_timeout": LIMIT, "retries": {"max_attempts": 0}}}}
VARIABLES = {"gcs": {"FSSPEC_GS": {"requests_timeout": LIMIT}}, "azure": {"FSSPEC_ABFS": {"read_timeout": LIMIT}}}
"""What docs/how-to/offload.md says to set, but for the seconds."""


@pytest.mark.usefixtures("hurried")
class TestStalled(OnTheWire):
    """No call waits for ever."""

    @pytest.fixture(autouse=True)
    def _limited(self, wired: Wired, _reach: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """A connection that is first used after the variables are read, as a new process reads them."""
        import fsspec.config

        monkeypatch.setenv("AIRFLOW__XCOM_TOOLKIT__STORAGE_ATTEMPTS", "1")
        monkeypatch.setattr(fsspec.config, "conf", {})
        variables = {name: json.dumps(value) for name, value in VARIABLES.get(wired.kind, {}).items()}
        fsspec.config.set_conf_env(fsspec.config.conf, variables)
        if (
            wired.kind == "azure"
        ):  # adlfs hands the limit to reads alone; for the rest it is the library's own, a minute.
            from azure.storage.blob._shared import base_client_async

            monkeypatch.setattr(base_client_async, "READ_TIMEOUT", LIMIT)
        with wired.store.by_another_connection("hasty", **EXTRA.get(wired.kind, {})).reachable() as store:
            self.wired = replace(wired, store=store)
            self.store = store.path
            yield

    @pytest.mark.parametrize("amid", [False, True], ids=["before its answer", "amid its answer"])
    def test_a_pull_from_a_store_that_stalls_is_an_error(self, offloaded: XComs, amid: bool) -> None:
        """It names the object; the value is there when the store goes on."""
        offloaded.push(self.value("small"))
        failing = self.proxy.failing(Stalled(amid=amid), only="^(GET|HEAD) ")
        with failing, pytest.raises(StorageError, match=r"return_value\."):
            offloaded.pull()
        assert offloaded.pull() == self.value("small")

    @pytest.mark.parametrize("size", ["small", "in parts"])
    def test_a_push_to_a_store_that_stalls_is_an_error(self, offloaded: XComs, size: str) -> None:
        """The old value stays."""
        row, before = offloaded.push(b"old" * 500), offloaded.objects.list_objects()
        with self.proxy.failing(Stalled(), only="^(PUT|POST) "), pytest.raises(StorageError, match=r"return_value\."):
            offloaded.push(self.value(size))
        assert (offloaded.row(), offloaded.objects.list_objects()) == (row, before)

    def test_a_purge_in_a_store_that_stalls_is_an_error(self, offloaded: XComs) -> None:
        """The object is still there, and is purged when the store goes on."""
        row = offloaded.push(b"old" * 500)
        with self.proxy.failing(Stalled(), only="^DELETE "), pytest.raises(StorageError, match=r"return_value\."):
            offloaded.purge(row)
        offloaded.purge(row)
        assert offloaded.objects.list_objects() == []
