"""An object of several parts is whole or an error, on each remote store; nothing but objects is ever made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from airflow_xcom_toolkit.errors import IntegrityError, ObjectMissingError, StorageError
from airflow_xcom_toolkit.placement.objects import BLOCK_BYTES
from airflow_xcom_toolkit.testing.base import Deploy
from airflow_xcom_toolkit.testing.setup import KEY
from airflow_xcom_toolkit.testing.xcoms import XComs
from tests.stores.each import REMOTE, OnEachStore

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "without its last byte": lambda data: data[:-1],
    "its first part alone": lambda data: data[:BLOCK_BYTES],
    "with a byte more": lambda data: data + b"x",
    "empty": lambda data: b"",
}


def large() -> Any:
    """Some 20 MB: three parts."""
    return np.random.default_rng(0).random(2_500_000)


@pytest.mark.parametrize("store_path", REMOTE, indirect=True)
class TestWhole(OnEachStore):
    """What a store has of an object is the whole of it."""

    @pytest.fixture(params=[(), (KEY,)], ids=["plain", "encrypted"])
    def stored(self, request: pytest.FixtureRequest, deploy: Deploy) -> XComs:
        """Each value in an object."""
        return deploy(threshold=0, keys=request.param)

    def test_parts_come_back_as_one(self, stored: XComs) -> None:
        """And are purged, and may be purged again."""
        row = stored.push(large())
        np.testing.assert_array_equal(stored.pull(), large())
        stored.purge(row)
        stored.purge(row)
        assert self.list_objects() == []

    @pytest.mark.parametrize("damage", DAMAGES)
    def test_a_damaged_object_is_an_error(self, stored: XComs, damage: str) -> None:
        """At the end of the last part, between two, behind the end, and with nothing left."""
        stored.push(large())
        [key] = self.list_objects()
        self.write_object(key, DAMAGES[damage](self.read_object(key)))
        with pytest.raises(IntegrityError):
            stored.pull()

    def test_a_missing_object_is_named(self, stored: XComs) -> None:
        """In the error that the pull ends with."""
        stored.push(large())
        [key] = self.list_objects()
        self.delete_object(key)
        with pytest.raises(ObjectMissingError, match=key.rpartition("/")[2]):
            stored.pull()

    def test_a_push_that_is_refused_half_way_leaves_nothing(self, stored: XComs) -> None:
        """The parts before what is refused are not to be seen."""
        with pytest.raises(TypeError):
            stored.push([large(), {"x": object()}])
        assert self.list_objects() == []

    def test_a_bucket_that_is_not_there_is_not_made(self, stored: XComs, deploy: Deploy, store_path: str) -> None:
        """A push is an error that names the object, once and again."""
        keys = stored.setup.keys
        missing = deploy(store=store_path.replace("@stores/", "@mistyped/"), threshold=0, keys=keys)
        for value in ([1], large()):
            with pytest.raises(StorageError, match="write the object"):
                missing.push(value)
        assert missing.rows.rows() == {}
