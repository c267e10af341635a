"""What the tasks of ``07_09_02_unit_testing_xcom_pull`` make of what they pull: no database, a few milliseconds each.

`pulling_from` is for any tests of your own. It answers as Airflow does, and the last test holds it against answers that
Airflow gave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any
from unittest.mock import create_autospec

import pytest
from airflow.sdk.types import RuntimeTaskInstanceProtocol

example = import_module("airflow_xcom_toolkit.example_dags.07_09_02_unit_testing_xcom_pull")

NORTH, SOUTH, EAST = ((task_id, "return_value") for task_id in example.OFFERS)
CHEAPEST = ("find_cheapest", "return_value")
RATE = ("find_cheapest", "rate")


@pytest.fixture
def ti() -> Any:
    """A task instance that notes its calls, and refuses those that a real one does not have."""
    return create_autospec(RuntimeTaskInstanceProtocol, instance=True)


def pulling_from(xcoms: Mapping[tuple[str, str], Any]) -> Callable[..., Any]:
    """Stands in for ``ti.xcom_pull``. ``xcoms`` are by task id and key; tasks that are not mapped alone.

    Airflow gives ``None`` for what nobody pushed, and a ``default`` only where ``map_indexes`` is given.
    """

    def xcom_pull(task_ids: Any, key: str = "return_value", *, default: Any = None, **options: Any) -> Any:
        missing = default if "map_indexes" in options else None
        if isinstance(task_ids, str):
            return xcoms.get((task_ids, key), missing)
        return [xcoms.get((task_id, key), missing) for task_id in task_ids]

    return xcom_pull


# One pull -------------------------------------------------------------------------------------------------------------


def test_a_return_value_is_enough_for_one_pull(ti: Any) -> None:
    """Check the question, too: the mock gives its answer to any."""
    ti.xcom_pull.return_value = [1100, 950, None]
    assert example.find_cheapest.function(ti=ti) == 950
    ti.xcom_pull.assert_called_once_with(task_ids=["offer_north", "offer_south", "offer_east"])


def test_answers_in_turn(ti: Any) -> None:
    """A list as ``side_effect``: it breaks when the task pulls in another order, which is not always what you want."""
    ti.xcom_pull.side_effect = [1000, 1.5]
    assert example.convert.function(ti=ti) == 1500


# Several tasks and keys -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offers", "cheapest"),
    [
        ({NORTH: 1100, SOUTH: 950, EAST: 900}, 900),
        ({NORTH: 1100, SOUTH: 950}, 950),
        ({EAST: 0, SOUTH: 950}, 0),
        ({NORTH: 1100}, 1100),
    ],
)
def test_several_task_ids(offers: dict[tuple[str, str], int], cheapest: int, ti: Any) -> None:
    """Some of them missing. Zero is an offer."""
    ti.xcom_pull.side_effect = pulling_from(offers)
    assert example.find_cheapest.function(ti=ti) == cheapest


def test_several_keys_of_a_task(ti: Any) -> None:
    ti.xcom_pull.side_effect = pulling_from({CHEAPEST: 1000, RATE: 1.5})
    assert example.convert.function(ti=ti) == 1500


# What is missing ------------------------------------------------------------------------------------------------------


def test_an_optional_xcom_has_a_default(ti: Any) -> None:
    ti.xcom_pull.side_effect = pulling_from({CHEAPEST: 1000})
    assert example.convert.function(ti=ti) == 1080


def test_a_rate_of_zero_is_not_a_missing_one(ti: Any) -> None:
    ti.xcom_pull.side_effect = pulling_from({CHEAPEST: 1000, RATE: 0})
    assert example.convert.function(ti=ti) == 0


def test_a_required_xcom_is_an_error_that_names_it(ti: Any) -> None:
    ti.xcom_pull.side_effect = pulling_from({RATE: 1.5})
    with pytest.raises(ValueError, match="find_cheapest has pushed no price"):
        example.convert.function(ti=ti)


def test_no_offer_at_all_is_an_error(ti: Any) -> None:
    ti.xcom_pull.side_effect = pulling_from({})
    with pytest.raises(ValueError, match="No supplier"):
        example.find_cheapest.function(ti=ti)


def test_a_pull_that_fails_fails_the_task(ti: Any) -> None:
    """An object that is gone, say: it is not taken for an XCom that is missing."""
    ti.xcom_pull.side_effect = FileNotFoundError("the object is gone")
    with pytest.raises(FileNotFoundError):
        example.convert.function(ti=ti)


# The stand-in itself --------------------------------------------------------------------------------------------------


def test_the_stand_in_answers_as_airflow_does(ti: Any) -> None:
    """The same questions were put to Airflow 3.0, 3.1, 3.2, 3.3 and 3.4, by a run of the dag."""
    ti.xcom_pull.side_effect = pulling_from({CHEAPEST: 950})
    assert example.look_for_missing.function(ti=ti) == {
        "plain": None,
        "default": None,
        "default and map_indexes": 1.0,
        "list": [None, None],
    }
