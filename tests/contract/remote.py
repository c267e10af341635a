"""What the classes of the contract on remote stores have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import airflow_xcom_toolkit as toolkit
from airflow_xcom_toolkit.testing import XComBackendContract
from airflow_xcom_toolkit.testing.base import Contract
from airflow_xcom_toolkit.testing.setup import Setup


def in_one_call(self: Contract) -> list[str]:
    """The keys of all objects below the path of a test. To find that there are none takes ``fs.find`` three calls."""
    from airflow.sdk import ObjectStoragePath

    folder, _, name = self.url.rpartition("/")
    path = ObjectStoragePath(folder)
    path.fs.invalidate_cache()
    found = path.fs.find(path.path, prefix=f"{name}/")
    return sorted(key.removeprefix(f"{path.path}/{name}/") for key in found)


class Compressed(XComBackendContract):
    """The contract with objects that are compressed, wherever a test does not ask for a compression itself."""

    backend = toolkit.ToolkitXComBackend

    def environment(self, setup: Setup) -> Mapping[str, str]:
        return replace(setup, compression=setup.compression or "zstd").environment()
