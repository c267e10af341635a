"""What a backend says that it can do, and what it says that it cannot."""

from __future__ import annotations

import pytest
from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend
from airflow.sdk.bases.xcom import BaseXCom

from ..base import Contract, Deploy, needs, not_applicable
from ..capabilities import capability
from ..faults import faulty_store
from ..same import is_same
from ..setup import KEY
from ..values.canaries import canaries, found_in, found_in_row, word
from ..xcoms import XComs

SMALL, LARGE = "small", "large" * 2000
TELLING = {word("key"): [word("text") * 20]}
"""What any backend keeps: plain JSON."""


class Honesty(Contract):
    """A capability that is said to be missing is missing, and one that is claimed is there.

    So no promise is dodged by denying what it is about, and none is kept because nothing happened.
    """

    promise = "0. Capabilities"

    def test_offloads_is_true(self, deploy: Deploy) -> None:
        """``offloads``: with threshold 0 a value is in an object. Denied: there is never one, however large it is."""
        made = self._objects_of(deploy, LARGE, threshold=0)
        self._compare("offloads", bool(made), f"with threshold 0 the objects are {made}")

    def test_inlines_is_true(self, deploy: Deploy) -> None:
        """``inlines``: below the threshold there is no object. Denied: a small value makes one all the same."""
        made = self._objects_of(deploy, SMALL, threshold=100_000)
        self._compare("inlines", not made, f"with a threshold of 100,000 bytes, a small text makes the objects {made}")

    def test_encrypts_is_true(self, deploy: Deploy) -> None:
        """``encrypts``: with keys nothing of a value is visible. Denied: with keys it is visible all the same."""
        xcoms = deploy(keys=(KEY,))
        xcoms.push(TELLING)
        found = _visible(xcoms)
        self._compare("encrypts", not found, f"with keys, visible in what is stored: {found or 'nothing'}")

    def test_plain_is_true(self, deploy: Deploy) -> None:
        """``plain``: without keys a value is stored in clear. Denied: it is refused, or is not visible either."""
        xcoms = deploy()
        try:
            xcoms.push(TELLING)
        except Exception as e:
            self._compare("plain", False, f"without keys, a push raises {type(e).__name__}")
            return
        found = _visible(xcoms)
        self._compare("plain", bool(found), f"without keys, visible in what is stored: {found or 'nothing'}")

    def test_uses_fsspec_is_true(self, deploy: Deploy) -> None:
        """``uses_fsspec``: objects go where Airflow's ``ObjectStoragePath`` leads. Denied: they do not."""
        if not capability(type(self), "offloads"):
            not_applicable("the backend has no objects")
        keys = () if capability(type(self), "plain") else (KEY,)
        with faulty_store() as store:
            try:
                deploy(store=store, threshold=0, keys=keys).push(LARGE)
            except Exception as e:
                self._compare("uses_fsspec", False, f"a push to a store that only fsspec knows raises {e!r}")
                return
            self._compare("uses_fsspec", bool(store.objects), f"a store that only fsspec knows has {store.objects}")

    def test_reads_toolkit_rows_is_true(self, deploy: Deploy) -> None:
        """``reads_toolkit_rows``: a row of the toolkit gives its value. Denied: it does not."""
        from ...backends import SerdeXComBackend

        row = deploy(backend=SerdeXComBackend).push({"a": (1, SMALL)})
        keys = () if capability(type(self), "plain") else (KEY,)
        try:
            found = deploy(keys=keys).load(row)
        except Exception as e:
            found = e
        self._compare("reads_toolkit_rows", found == {"a": (1, SMALL)}, f"the toolkit's row {row} gives {found!r}")

    def test_rolls_back_is_true(self, deploy: Deploy) -> None:
        """``rolls_back``: ``BaseXCom`` reads its rows, with one line of configuration. Denied: it does not."""
        keys = () if capability(type(self), "plain") else (KEY,)
        options = {"keys": keys, "threshold": 0 if capability(type(self), "offloads") else None}
        value = [(SMALL, 1.5), LARGE]  # Plain JSON is everybody's.
        deploy(**options).push(value)
        try:
            found = deploy(backend=BaseXCom, allowed=self.rollback_allows, **options).pull()
        except Exception as e:
            found = e
        self._compare("rolls_back", is_same(found, value), f"BaseXCom gives {found!r:.300}")

    @needs("offloads", "uses_fsspec")
    def test_reads_stock_rows_is_true(self, deploy: Deploy) -> None:
        """``reads_stock_rows``: a reference of the stock backend gives its value. Denied: it does not."""
        row = deploy(backend=XComObjectStorageBackend, threshold=0).push({"a": LARGE})
        keys = () if capability(type(self), "plain") else (KEY,)
        try:
            found = deploy(keys=keys, threshold=0).load(row)
        except Exception as e:
            found = e
        self._compare("reads_stock_rows", found == {"a": LARGE}, f"the stock backend's row {row} gives {found!r:.300}")

    def _objects_of(self, deploy: Deploy, value: object, **options: object) -> list[str]:
        keys = () if capability(type(self), "plain") else (KEY,)
        xcoms = deploy(keys=keys, **options)
        xcoms.push(value)
        return list(xcoms.stored())

    def _compare(self, name: str, is_so: bool, shown: str) -> None:
        __tracebackhide__ = True
        said = capability(type(self), name)
        if bool(said) != is_so:
            pytest.fail(f"{name} is said to be {said!r}, but {shown}", pytrace=False)


def _visible(xcoms: XComs) -> list[str]:
    """The places whose canaries are found in a row or an object."""
    rows = [name for row in xcoms.rows.rows().values() for name in found_in_row(row, canaries())]
    objects = [name for key, data in xcoms.stored().items() for name in found_in(key.encode() + data, canaries())]
    return sorted({*rows, *objects})
