"""Promise 4: what the backend leaves alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given

from .. import strategies
from ..base import Contract, Deploy, needs
from ..checks.each import for_each
from ..checks.sent import pushed
from ..properties import examples
from ..same import assert_same
from ..values import EXAMPLES, JSON_EXAMPLES
from ..xcoms import XComs

JSON = [name for name in JSON_EXAMPLES if EXAMPLES[name].make() is not None]
"""All but None, which Airflow 3.0 refuses to store."""


def json_value(name: str) -> Any:
    """The example of that name."""
    return EXAMPLES[name].make()


class Inert(Contract):
    """Small JSON that Airflow itself keeps gives the very row that Airflow writes without the backend."""

    promise = "4. Inert"

    @pytest.fixture
    def airflow(self, xcoms: XComs, deploy: Deploy) -> XComs:
        """The same setup with Airflow's own `BaseXCom`."""
        from airflow.sdk.bases.xcom import BaseXCom

        return deploy(backend=BaseXCom)

    @needs("inlines", "plain")
    @examples(100)
    @given(strategies.json_values())
    def test_json_gives_the_row_of_airflow_itself(self, xcoms: XComs, airflow: XComs, value: Any) -> None:
        """To the letter: JSON of ints, floats, texts, lists and dicts, as far as every database keeps it."""
        assume(value is not None)  # Airflow 3.0 refuses to store None.
        assert json.dumps(pushed(xcoms, value)) == json.dumps(pushed(airflow, value))

    @needs("inlines", "plain")
    def test_ordinary_json_gives_the_row_of_airflow_itself(self, xcoms: XComs, airflow: XComs) -> None:
        """Which is the value, as it is."""

        def check(name: str) -> None:
            assert_same(pushed(airflow, json_value(name)), json_value(name))
            assert_same(pushed(xcoms, json_value(name)), json_value(name))

        for_each(JSON, check)

    @needs("inlines", "plain")
    def test_switching_the_backend_on_changes_nothing(self, xcoms: XComs, airflow: XComs) -> None:
        """Rows from before are read as before, and rows from now are read where the backend is not on."""

        def check(name: str) -> None:
            airflow.push(json_value(name))
            assert_same(xcoms.pull(), json_value(name))
            xcoms.push(json_value(name))
            assert_same(airflow.pull(), json_value(name))

        for_each(JSON, check)

    @needs("inlines", "plain", "offloads")
    def test_a_threshold_changes_nothing_for_what_is_smaller(self, deploy: Deploy) -> None:
        """Small JSON stays in the row as it is, and no object is written."""
        xcoms = deploy(threshold=1000)
        for_each(JSON, lambda name: assert_same(pushed(xcoms, json_value(name)), json_value(name)))
        assert xcoms.stored() == {}

    @needs("inlines", "plain", "offloads")
    @pytest.mark.parametrize("size", [100, 5000])
    def test_a_value_of_just_the_threshold_stays_in_the_row(self, deploy: Deploy, size: int) -> None:
        """Values *larger* than the threshold become objects; the size is that of the JSON, in bytes."""
        value = "x" * (size - len('""'))
        xcoms = deploy(threshold=size)
        assert_same(pushed(xcoms, value), value)
        assert xcoms.stored() == {}

    @needs("inlines", "plain", "offloads")
    @pytest.mark.parametrize("size", [100, 5000])
    def test_a_value_one_byte_above_the_threshold_becomes_an_object(self, deploy: Deploy, size: int) -> None:
        """The other side of the same line."""
        value = "x" * (size - len('""') + 1)
        xcoms = deploy(threshold=size)
        assert pushed(xcoms, value) != value
        assert len(xcoms.stored()) == 1
        assert_same(xcoms.pull(), value)
