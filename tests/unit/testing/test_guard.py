"""That an in-house team cannot drop a promise without saying so."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_xcom_toolkit import SerdeXComBackend
from airflow_xcom_toolkit.testing import XComBackendContract, no, xcom_backend_contract
from airflow_xcom_toolkit.testing.guard import problems

TEST = "test_a_value_comes_back_as_it_was_pushed"


def contract(**members: Any) -> type[XComBackendContract]:
    return type("TestAcme", (XComBackendContract,), {"backend": SerdeXComBackend, **members})


def broken(self: Any) -> None:
    """What a team puts in place of a test."""


def found(**members: Any) -> list[str]:
    return problems(contract(**members), XComBackendContract)


def test_a_contract_that_says_what_it_is_there_to_say_has_no_problem() -> None:
    assert (
        found(store="memory://x", offloads=no("why"), environment=lambda self, setup: {}, test_of_our_own=broken) == []
    )


def test_an_override_with_a_reasoned_xfail_is_allowed() -> None:
    marked = pytest.mark.xfail(reason="our gateway has no delete")(broken_copy())
    assert found(**{TEST: marked}) == []


def test_an_override_without_a_mark_is_a_problem() -> None:
    [problem] = found(**{TEST: broken})
    assert f"TestAcme.{TEST}" in problem
    assert "xfail(reason=...)" in problem


@pytest.mark.parametrize("mark", [pytest.mark.xfail, pytest.mark.xfail(reason=" "), pytest.mark.xfail(strict=True)])
def test_an_xfail_without_a_reason_is_a_problem(mark: pytest.MarkDecorator) -> None:
    [problem] = found(**{TEST: mark(broken_copy())})
    assert "without a reason" in problem


def test_a_test_that_is_set_to_none_is_a_problem() -> None:
    [problem] = found(**{TEST: None})
    assert "drops a test" in problem


def test_a_skip_of_the_whole_class_needs_a_reason() -> None:
    [problem] = found(pytestmark=pytest.mark.skipif(True))
    assert "skipif" in problem
    assert found(pytestmark=[pytest.mark.skip("no store here")]) == []


@pytest.mark.parametrize("name", ["deploy", "each_form", "need"])
def test_the_parts_that_tests_stand_on_are_not_to_be_replaced(name: str) -> None:
    [problem] = found(**{name: broken})
    assert "not there to be overridden" in problem


def test_an_override_in_a_mixin_counts() -> None:
    mixin = type("Mixin", (), {TEST: broken})
    cls = type("TestAcme", (mixin, XComBackendContract), {"backend": SerdeXComBackend})
    assert len(problems(cls, XComBackendContract)) == 1


def test_the_guard_itself_cannot_be_overridden() -> None:
    with pytest.raises(TypeError, match="guards the others"):
        contract(test_no_promise_is_dropped_or_overridden=broken)


def test_the_factory_makes_the_class_that_pytest_finds_in_the_module_of_its_caller() -> None:
    made = xcom_backend_contract(SerdeXComBackend, store="memory://x")
    assert (made.__name__, made.__module__, made.store) == ("TestSerdeXComBackend", __name__, "memory://x")
    assert made.backend is SerdeXComBackend


def test_a_mark_for_all_tests_is_a_problem() -> None:
    [problem] = found(pytestmark=pytest.mark.xfail(reason="some are known"))
    assert "as a whole" in problem
    [problem] = found(pytestmark=pytest.mark.xcom_needs("encrypts"))
    assert "as a whole" in problem


def test_a_capability_that_there_is_not_is_a_problem() -> None:
    [problem] = found(ofloads=no("a slip of the pen"))
    assert "TestAcme.ofloads is no capability" in problem
    with pytest.raises(TypeError, match="ofloads"):
        xcom_backend_contract(SerdeXComBackend, ofloads=no("a slip of the pen"))


@pytest.mark.parametrize(
    "backend",
    [SerdeXComBackend.__new__(SerdeXComBackend), "acme.xcom.AcmeXCom"],
    ids=["an instance", "a name"],
)
def test_what_is_no_backend_is_an_error_at_once(backend: Any) -> None:
    with pytest.raises(TypeError, match="derived from BaseXCom"):
        contract(backend=backend)


def broken_copy() -> Any:
    """Marks are kept on the function, so that each test needs one of its own."""

    def test(self: Any) -> None: ...

    return test
