"""How the contract's tests use hypothesis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import Phase, settings

from airflow_xcom_toolkit.testing.properties import examples


@pytest.fixture
def without_shrinking() -> Iterator[None]:
    before = settings.get_current_profile_name()
    settings.register_profile("without shrinking", phases=set(Phase) - {Phase.shrink})
    settings.load_profile("without shrinking")
    yield
    settings.load_profile(before)


def phases() -> set[Phase]:
    chosen: Any = examples(3)
    return set(chosen.phases)


def test_an_example_that_fails_is_made_small() -> None:
    assert phases() == {Phase.explicit, Phase.generate, Phase.shrink}


@pytest.mark.usefixtures("without_shrinking")
def test_a_profile_may_do_without() -> None:
    assert phases() == {Phase.explicit, Phase.generate}
