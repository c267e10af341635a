"""The contract with compressed objects, for `make matrix`: in memory it shows in `make test` that compression asks
nothing of a store."""

from __future__ import annotations

import pytest

from tests.contract.conftest import BUCKET
from tests.contract.remote import Compressed, in_one_call
from tests.servers import azurite

pytestmark = pytest.mark.usefixtures("azure")


class TestCompressed(Compressed):
    store = azurite.path(BUCKET)
    list_objects = in_one_call
