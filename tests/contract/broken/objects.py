"""Backends that put objects where others are, that delete too many or too few, or that ask too much of a store."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from airflow.sdk import ObjectStoragePath

from airflow_xcom_toolkit import ThresholdXComBackend
from airflow_xcom_toolkit.abc import Coordinate, Json, ObjectReader, Reference, Sink
from airflow_xcom_toolkit.overwrites import Pushed
from airflow_xcom_toolkit.placement import ObjectPlacement

from .parts import Places
from .registry import fault

Write = Callable[[Sink], None]


class _Renaming(ObjectPlacement):
    """Has one key for all objects of the same ``name``."""

    def store(self, at: Coordinate, suffix: str, write: Write, *, hashed: bool) -> Reference:
        reference = super().store(at, suffix, write, hashed=hashed)
        key = hashlib.sha256(self.name(at).encode()).hexdigest()
        old = ObjectStoragePath(self.url(reference))
        old.rename(ObjectStoragePath(self.url(replace(reference, key=key))))
        return replace(reference, key=key)

    def name(self, at: Coordinate) -> str:
        raise NotImplementedError


class _OneKey(_Renaming):
    def name(self, at: Coordinate) -> str:
        return str(at)


@fault(
    "writes the new object over the old one",
    "test_the_old_value_is_read_until_the_new_row_stands",
    only="[in an object]",
    because=r"is not the one that was written",
)
class WritesOverTheOldObject(Places):
    placement = _OneKey


class _Folded(_Renaming):
    def name(self, at: Coordinate) -> str:
        return str(at).replace("/", "_")


@fault(
    "keeps the objects of the keys a/b and a_b in one place",
    "test_no_name_leads_out_of_the_path",
    only="[in an object-key]",
)
class FoldsKeysTogether(Places):
    placement = _Folded


class _Unmapped(_Renaming):
    def name(self, at: Coordinate) -> str:
        return str(replace(at, map_index=None))


@fault(
    "keeps the objects of all map indexes in one place",
    "test_purging_deletes_nothing_else",
    only="[in an object]",
    because=r"is not the one that was written|== 10",
)
class ForgetsMapIndexes(Places):
    placement = _Unmapped


class _Unquoted(ObjectPlacement):
    def store(self, at: Coordinate, suffix: str, write: Write, *, hashed: bool) -> Reference:
        reference = super().store(at, suffix, write, hashed=hashed)
        if at.key != "..":
            return reference
        old = ObjectStoragePath(self.url(reference))
        base = str(old.path).removesuffix(reference.key)
        old.fs.mv(str(old.path), f"{base}../object")
        return replace(reference, key="../object")


@fault(
    "writes an object outside of its path for a key with ..",
    "test_no_name_leads_out_of_the_path",
    only="[in an object-key]",
)
class LeavesItsPath(Places):
    placement = _Unquoted


class _Late(ObjectPlacement):
    """Holds the bytes of objects back, until the row is sent."""

    held: dict[str, bytes] = {}

    def store(self, at: Coordinate, suffix: str, write: Write, *, hashed: bool) -> Reference:
        reference = super().store(at, suffix, write, hashed=hashed)
        path = ObjectStoragePath(self.url(reference))
        self.held[self.url(reference)] = path.read_bytes()
        path.unlink()
        return reference


@fault(
    "sends the row before its object is written",
    "test_the_object_is_complete_before_the_row_is_sent",
    only="[in an object]",
    because=r"there is no such object",
)
class SendsTheRowFirst(Places):
    placement = _Late

    @classmethod
    def _settle(cls, rows: list[Pushed]) -> None:
        while _Late.held:
            url, data = _Late.held.popitem()
            ObjectStoragePath(url).write_bytes(data)


class _InHalves(ObjectPlacement):
    def store(self, at: Coordinate, suffix: str, write: Write, *, hashed: bool) -> Reference:
        reference = super().store(at, suffix, write, hashed=hashed)
        path = ObjectStoragePath(self.url(reference))
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
        path.write_bytes(data)
        return reference


@fault(
    "shows the first half of an object before the second is there",
    "test_no_reader_sees_half_of_an_object",
    only="[in an object]",
)
class ShowsHalves(Places):
    placement = _InHalves


@fault(
    "deletes the old object before the new row is sent",
    "test_the_old_value_is_read_until_the_new_row_stands",
    only="[in an object]",
    because=r"there is no such object",
)
class DeletesTheOldObjectFirst(ThresholdXComBackend):
    rows: dict[str, Json] = {}

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        row = super().push(value, at)
        old = cls.rows.pop(str(at), None)
        cls.purge(SimpleNamespace(value=old))
        cls.rows[str(at)] = row
        return row


class _MakingBuckets(ObjectPlacement):
    def store(self, at: Coordinate, suffix: str, write: Write, *, hashed: bool) -> Reference:
        ObjectStoragePath(self.url(Reference("default", "x", 1))).parent.mkdir(parents=True, exist_ok=True)
        return super().store(at, suffix, write, hashed=hashed)


class _Marking(ObjectPlacement):
    def fetch(self, reference: Reference) -> ObjectReader:
        ObjectStoragePath(self.url(reference) + ".read").write_bytes(b"read")
        return super().fetch(reference)


@fault(
    "marks objects that were read",
    "test_a_task_that_only_reads_needs_only_get",
    only="[in an object]",
    because="403 Access Denied: put",
)
class MarksWhatWasRead(Places):
    placement = _Marking


@fault("makes the bucket", "test_a_bucket_that_does_not_exist_is_not_made", only="[in an object]")
class MakesTheBucket(Places):
    placement = _MakingBuckets


class _Listing(ObjectPlacement):
    def fetch(self, reference: Reference) -> ObjectReader:
        path = ObjectStoragePath(self.url(reference))
        path.fs.ls(str(path.parent.path))
        return super().fetch(reference)


@fault("lists the bucket", "test_nothing_lists_a_bucket_or_makes_one", only="[in an object]")
class ListsTheBucket(Places):
    placement = _Listing


class _ListingToDelete(ObjectPlacement):
    def discard(self, reference: Reference) -> None:
        path = ObjectStoragePath(self.url(reference))
        if path.fs.find(str(path.parent.path)):
            super().discard(reference)


@fault("lists the bucket to purge", "test_nothing_lists_a_bucket_or_makes_one", only="[in an object]")
class ListsToPurge(Places):
    placement = _ListingToDelete
