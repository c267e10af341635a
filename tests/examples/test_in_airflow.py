"""Every example ends as it promises, in a started Airflow, with the default backend and with the toolkit's."""

from __future__ import annotations

import pytest

from .catalogue import examples
from .expected import expectations, expected
from .expected.model import DEFAULT, TOOLKIT
from .outcome import Outcome
from .running import run_all

NAMES = [example.name for example in examples()]


@pytest.fixture(scope="session", params=(DEFAULT, TOOLKIT))
def backend(request: pytest.FixtureRequest) -> str:
    """The default one, over SQLite; and the toolkit's with offload to S3 and encryption, over PostgreSQL."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def ran(backend: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """What all examples left."""
    return run_all(backend, tmp_path_factory.mktemp(backend))


@pytest.mark.parametrize("name", NAMES)
def test_the_example_ends_as_it_promises(name: str, backend: str, ran: dict[str, Outcome]) -> None:
    """The state of every task, every XCom and what the logs must say."""
    outcomes = [ran[dag_id] for dag_id in ran if dag_id.startswith(name)]
    assert outcomes, f"no dag of {name} has run"
    for outcome in outcomes:
        problems = outcome.problems(expected(outcome.dag_id, backend))
        assert not problems, "\n".join([outcome.dag_id, *problems, outcome.log[-6000:]])


def test_nothing_is_expected_of_dags_that_do_not_run(ran: dict[str, Outcome]) -> None:
    assert expectations().keys() == ran.keys()
