"""The toolkit's backend keeps the contract where it reads copies, of objects of any size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import airflow_xcom_toolkit as toolkit
from airflow_xcom_toolkit.placement import cache
from airflow_xcom_toolkit.testing import XComBackendContract
from airflow_xcom_toolkit.testing.setup import Setup

pytestmark = pytest.mark.usefixtures("memory")


@pytest.fixture(scope="module", autouse=True)
def _copies_of_small_objects_too() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "LEAST_BYTES", 0)
        yield


class TestCached(XComBackendContract):
    """Processes that a test starts have the usual bound."""

    backend = toolkit.ToolkitXComBackend
    store = "memory://contract"
    folder: Path

    @pytest.fixture(scope="class", autouse=True)
    def _cache(self, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
        request.cls.folder = tmp_path_factory.mktemp("cache")

    def environment(self, setup: Setup) -> Mapping[str, str]:
        return {**super().environment(setup), "AIRFLOW__XCOM_TOOLKIT__CACHE_DIR": str(self.folder)}
