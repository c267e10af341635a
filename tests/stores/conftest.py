"""The stores behind a proxy: one server of each kind for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stores.each import STORES as EACH
from tests.stores.each import reached
from tests.stores.wired import STORES, Wired, wiring

QUICK = ("a 503", "an answer that is lost", "a reset in the answer")


@pytest.fixture(scope="session", params=STORES)
def wired(request: pytest.FixtureRequest) -> Iterator[Wired]:
    """Each kind of store in turn."""
    with wiring(request.param) as found:
        yield found


@pytest.fixture(scope="session", params=EACH)
def store_path(request: pytest.FixtureRequest) -> Iterator[str]:
    """The path of each store in turn, for `tests.stores.each`."""
    with reached(request.param) as path:
        yield path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of each fault, `make test` has a small plain object and an encrypted one in parts.

    Of those that stay, it has the few that differ most: for each, the libraries try dozens of times.
    """
    for item in items:
        params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if {"wired", "offloaded", "name"} <= params.keys():
            size = params.get("size", "small")
            crossed = ("encrypted" in params["offloaded"]) != (size == "in parts")
            if crossed or ("TestFaultsThatStay" in item.nodeid and params["name"] not in QUICK):
                item.add_marker(pytest.mark.matrix_only)
