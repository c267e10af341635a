"""Promise 1: what comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given

from ...compat import airflow_version
from .. import strategies
from ..base import FORMS, Contract, Deploy, not_applicable
from ..capabilities import capability
from ..checks.each import for_each
from ..properties import examples
from ..values import EXAMPLES
from ..values.samples import SAMPLES
from ..xcoms import XComs


class Fidelity(Contract):
    """What is pulled equals what was pushed, in value and in type, nested anywhere."""

    promise = "1. Fidelity"

    @pytest.fixture
    def fullest(self, deploy: Deploy) -> XComs:
        """The backend doing all that it can: values encrypted, and in an object."""
        forms = [options for needed, options in FORMS.values() if all(capability(type(self), name) for name in needed)]
        return deploy(**forms[-1])

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_a_value_comes_back_as_it_was_pushed(self, xcoms: XComs, name: str) -> None:
        """In value and in type, to the last bit: dtypes, memory order, indexes, names, ``attrs``, ``freq``, NaN."""
        make = _maker(name)
        if make() is None and airflow_version().startswith("3.0."):
            not_applicable("Airflow 3.0 refuses to store None")
        xcoms.assert_round_trip(make(), make())

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_a_value_comes_back_nested_in_others(self, fullest: XComs, name: str) -> None:
        """Inside of a dict, a list and a tuple, as at the top; encrypted and in an object, where there is that."""
        make = _maker(name)
        fullest.assert_round_trip({"k": [(make(), 1)]}, {"k": [(make(), 1)]})

    def test_a_value_comes_back_from_each_form(self, each_form: XComs) -> None:
        """Wherever it is stored, and whether it is encrypted."""
        for_each(SAMPLES, lambda name: each_form.assert_round_trip(SAMPLES[name](), SAMPLES[name]()))

    @examples(50)
    @given(strategies.values())
    def test_any_value_comes_back(self, each_form: XComs, value: Any) -> None:
        """Whatever hypothesis makes of the built-in types, nested in one another."""
        assume(value is not None)  # Airflow 3.0 refuses to store it.
        each_form.assert_round_trip(value, value)


def _maker(name: str) -> Callable[[], Any]:
    example = EXAMPLES[name]
    if not example.is_installed:
        not_applicable(f"{example.library} is not installed")
    return example.make
