"""Backends that delete more than they should, or less."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from airflow.sdk import ObjectStoragePath

from airflow_xcom_toolkit import ThresholdXComBackend
from airflow_xcom_toolkit.abc import Reference
from airflow_xcom_toolkit.placement import ObjectPlacement

from .parts import Places
from .registry import fault


class _ByPrefix(ObjectPlacement):
    def discard(self, reference: Reference) -> None:
        path = ObjectStoragePath(self.url(reference))
        path.fs.rm(str(path.parent.path), recursive=True)


@fault(
    "purges all objects of the task",
    "test_purging_deletes_nothing_else",
    only="[in an object]",
    because=r"there is no such object",
)
class PurgesByPrefix(Places):
    placement = _ByPrefix


class _OnlyOnce(ObjectPlacement):
    def discard(self, reference: Reference) -> None:
        path = ObjectStoragePath(self.url(reference))
        path.read_bytes()
        path.unlink()


@fault("fails when a row is purged twice", "test_purging_twice_is_fine", only="[in an object]", because=r"FileNotFound")
class PurgesOnlyOnce(Places):
    placement = _OnlyOnce


class _Following(ObjectPlacement):
    def discard(self, reference: Reference) -> None:
        base = self.url(replace(reference, key="x")).removesuffix("x")
        ObjectStoragePath(base + reference.key).unlink(missing_ok=True)


@fault(
    "purges outside of its path",
    "test_a_row_that_leaves_the_path_is_neither_purged_nor_read",
    only="[in an object-one folder up]",
)
class PurgesOutsideOfItsPath(Places):
    placement = _Following


class _Beginning(ObjectPlacement):
    def discard(self, reference: Reference) -> None:
        path = ObjectStoragePath(self.url(replace(reference, key="x")).removesuffix("x"))
        for found in path.fs.find(str(path.path)):
            if found.startswith(f"{str(path.path).rstrip('/')}/{reference.key}"):
                path.fs.rm_file(found)


@fault(
    "purges all objects whose keys begin like its own",
    "test_purging_a_damaged_row_deletes_nothing_of_others",
    only="[in an object]",
    because=r"there is no such object",
)
class PurgesWhatBeginsAlike(Places):
    placement = _Beginning


@fault(
    "purges whatever path a row names",
    "test_purging_a_row_that_refers_to_no_object_deletes_nothing",
    only="[a folder of the store]",
)
class PurgesAnyPath(ThresholdXComBackend):
    @classmethod
    def purge(cls, xcom: Any, *args: Any) -> None:
        if isinstance(xcom.value, str) and xcom.value.startswith(cls.settings().path):
            path = ObjectStoragePath(xcom.value)
            path.fs.rm(str(path.path), recursive=True)
        super().purge(xcom)


@fault("never purges", "test_deleting_an_xcom_deletes_its_object", only="[in an object]")
class NeverPurges(ThresholdXComBackend):
    @classmethod
    def purge(cls, xcom: Any, *args: Any) -> None:
        pass


@fault(
    "passes over a purge that fails",
    "test_a_store_that_does_not_delete_fails_the_purge",
    only="[in an object]",
    because=r"DID NOT RAISE",
)
class PurgesOrNot(ThresholdXComBackend):
    @classmethod
    def purge(cls, xcom: Any, *args: Any) -> None:
        with suppress(Exception):
            super().purge(xcom)
