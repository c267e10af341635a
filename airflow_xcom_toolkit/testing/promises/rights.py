"""Promise 15: what is asked of the store."""

from __future__ import annotations

import pytest

from ..base import Contract, Deploy
from ..faults import CallName, FaultyStore
from ..same import assert_same
from ..xcoms import AT, MAPPED, XComs

VALUE = {"list": [1, 2], "text": "value" * 1000}
NEWER = {"list": [3, 4], "text": "newer" * 1000}
LEAST: tuple[CallName, ...] = ("put", "get", "delete")


class LeastRights(Contract):
    """Pushing, pulling and purging need put, get and delete below the path, and no more."""

    promise = "15. Least rights"

    def test_put_get_and_delete_are_enough(self, on_faulty: XComs, faulty: FaultyStore) -> None:
        """For a push, a pull, an overwrite, all values of a mapped task, and a purge."""
        with faulty.only(*LEAST):
            on_faulty.assert_round_trip(VALUE, VALUE)
            on_faulty.assert_round_trip(NEWER, NEWER)
            for at in MAPPED[:2]:
                on_faulty.push([at.map_index, VALUE], at)
            assert_same(list(on_faulty.pull_all(MAPPED[0])), [[0, VALUE], [1, VALUE]])
            for at in (AT, *MAPPED[:2]):
                on_faulty.delete(at)
        assert on_faulty.stored() == {}

    def test_a_task_that_only_reads_needs_only_get(self, on_faulty: XComs, faulty: FaultyStore) -> None:
        """A pull writes and deletes nothing."""
        on_faulty.push(VALUE)
        with faulty.only("get"):
            assert_same(on_faulty.pull(), VALUE)

    def test_purging_needs_only_delete(self, on_faulty: XComs, faulty: FaultyStore) -> None:
        """The object is not read for it."""
        row = on_faulty.push(VALUE)
        with faulty.only("delete"):
            on_faulty.purge(row)
        assert on_faulty.stored() == {}

    def test_nothing_lists_a_bucket_or_makes_one(self, on_faulty: XComs, faulty: FaultyStore) -> None:
        """Not even where that would be allowed, and not to look for an object that is gone."""
        on_faulty.assert_round_trip(VALUE, VALUE)
        on_faulty.assert_round_trip(NEWER, NEWER)
        on_faulty.delete()
        row = on_faulty.push(VALUE)
        faulty.objects.clear()
        with pytest.raises(FileNotFoundError):
            on_faulty.pull()
        on_faulty.purge(row)
        assert {call.name for call in faulty.calls} - {*LEAST, "head"} == set()

    def test_a_bucket_that_does_not_exist_is_not_made(
        self, deploy: Deploy, on_faulty: XComs, faulty: FaultyStore
    ) -> None:
        """A path that was mistyped is an error, and not a new bucket that nobody looks after."""
        before = set(faulty.buckets)
        mistyped = deploy(store="faulty://mistyped/xcom", threshold=0, keys=on_faulty.setup.keys)
        with pytest.raises(Exception):  # noqa: B017, PT011  # Any error will do.
            mistyped.push(VALUE)
        assert faulty.buckets == before
        assert mistyped.rows.rows() == {}
