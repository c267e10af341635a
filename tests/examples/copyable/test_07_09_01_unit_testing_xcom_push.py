"""What the tasks of ``07_09_01_unit_testing_xcom_push`` push: no database, no scheduler, a few milliseconds each.

The name of the dag file begins with a digit, so it is imported by `import_module`; of a file of your own dags folder,
put the folder on the path (``pythonpath = ["dags"]`` in pytest's options) and import it by its name alone.
"""

from __future__ import annotations

import copy
import json
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from unittest.mock import ANY, Mock, call, create_autospec

import pytest
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.types import RuntimeTaskInstanceProtocol

from airflow_xcom_toolkit.testing import assert_same

example = import_module("airflow_xcom_toolkit.example_dags.07_09_01_unit_testing_xcom_push")

GOOD = {"id": "A-1", "cents": 1250}
OTHER = {"id": "A-3", "cents": 2948}
BAD = {"id": "A-2", "cents": -300}


@pytest.fixture
def ti() -> Any:
    """A task instance that notes its calls, and refuses those that a real one does not have."""
    return create_autospec(RuntimeTaskInstanceProtocol, instance=True)


@pytest.fixture
def pushed(ti: Any) -> dict[str, Any]:
    """What the database would have: of each key its last value, as it was when it was pushed."""
    found: dict[str, Any] = {}
    ti.xcom_push.side_effect = lambda key, value: found.__setitem__(key, copy.deepcopy(value))
    return found


# Key and value --------------------------------------------------------------------------------------------------------


def test_one_push(ti: Any) -> None:
    """The strictest: this push, and no other."""
    assert example.check_orders.function([GOOD], ti=ti) == 1
    ti.xcom_push.assert_called_once_with(key="total", value=1250)


def test_several_pushes_in_order(ti: Any) -> None:
    example.check_orders.function([GOOD, BAD, OTHER], ti=ti)
    assert ti.xcom_push.call_args_list == [call(key="total", value=4198), call(key="rejected", value=["A-2"])]


def test_several_pushes_in_any_order(ti: Any, pushed: dict[str, Any]) -> None:
    """For code that may push in another order tomorrow. It still fails for a push too many."""
    example.check_orders.function([GOOD, BAD, OTHER], ti=ti)
    assert pushed == {"total": 4198, "rejected": ["A-2"]}


def test_one_push_among_others(ti: Any) -> None:
    """``ANY`` where the value is not what the test is about."""
    example.check_orders.function([BAD], ti=ti)
    ti.xcom_push.assert_any_call(key="rejected", value=["A-2"])
    ti.xcom_push.assert_any_call(key="total", value=ANY)


def test_a_push_that_must_not_happen(ti: Any, pushed: dict[str, Any]) -> None:
    example.check_orders.function([GOOD], ti=ti)
    assert "rejected" not in pushed


@pytest.mark.parametrize(
    ("orders", "total", "accepted"),
    [([], 0, 0), ([BAD], 0, 0), ([GOOD, GOOD], 2500, 2), ([{"id": "A-4", "cents": 0}], 0, 0)],
)
def test_edge_cases(orders: list[dict[str, Any]], total: int, accepted: int, ti: Any, pushed: dict[str, Any]) -> None:
    assert example.check_orders.function(orders, ti=ti) == accepted
    assert pushed["total"] == total


# How a task gets at its task instance ---------------------------------------------------------------------------------


def test_a_push_through_the_current_context(ti: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a task there is no context: the module's name for it is replaced, not Airflow's function."""
    monkeypatch.setattr(example, "get_current_context", lambda: {"ti": ti})
    assert example.take_orders.function() == example.ORDERS
    ti.xcom_push.assert_called_once_with(key="source", value="web shop")


def test_a_push_that_fails_fails_the_task(ti: Any) -> None:
    """The API server is away, or the backend refuses the value: nothing swallows that, and nothing is returned."""
    ti.xcom_push.side_effect = ConnectionError("the API server is away")
    with pytest.raises(ConnectionError, match="away"):
        example.check_orders.function([GOOD], ti=ti)


# What a mock does not tell --------------------------------------------------------------------------------------------


def test_an_autospec_refuses_what_a_plain_mock_takes(ti: Any) -> None:
    """So a typing error in a task fails its test, and not its first night."""
    Mock().xcom_push(kye="total", value=1)
    with pytest.raises(TypeError, match="argument"):
        ti.xcom_push(kye="total", value=1)
    with pytest.raises(AttributeError):
        ti.xcom_psuh(key="total", value=1)


def test_a_mock_notes_the_object_itself_and_not_a_copy(ti: Any) -> None:
    """What changes after the push looks as if it had been pushed so; ``pushed`` copies, as a database does."""
    rejected = ["A-2"]
    ti.xcom_push(key="rejected", value=rejected)
    rejected.append("A-5")
    ti.xcom_push.assert_called_once_with(key="rejected", value=["A-2", "A-5"])


def test_airflow_keeps_what_is_pushed(ti: Any, pushed: dict[str, Any]) -> None:
    """A mock takes any value, a set or a socket; Airflow makes JSON of it. The types have to come back, too."""
    pushed["return_value"] = example.check_orders.function([GOOD, BAD], ti=ti)
    for value in pushed.values():
        assert_same(as_airflow_keeps(value), value)


def as_airflow_keeps(value: Any) -> Any:
    """What the next task would pull, with Airflow's default backend."""
    row = json.loads(json.dumps(BaseXCom.serialize_value(value), allow_nan=False))
    return BaseXCom.deserialize_value(SimpleNamespace(value=row))


def test_what_airflow_would_not_keep_shows_in_such_a_test() -> None:
    assert as_airflow_keeps({1: "a key that is a number"}) == {"1": "a key that is a number"}
    with pytest.raises(TypeError):
        as_airflow_keeps(object())
