"""Values with schemas: a class of the dag file itself, a frame, a rule, and a class that another module declares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from airflow.sdk import dag, task

from airflow_xcom_toolkit import Versioned, frame_schema, upcaster, xcom_schema
from airflow_xcom_toolkit.testing.same import assert_same
from tests.integration import values


@dataclass
class Line:
    name: str
    quantity: int = 1


@xcom_schema("tests.orders", version=2)
@dataclass
class Orders:
    id: int
    lines: list[Line] = field(default_factory=list)
    frame: Any = None


@upcaster("tests.orders", from_version=1)
def _(data: dict[str, Any]) -> dict[str, Any]:
    return data


frame_schema("tests.frame", version=1)


@dag(schedule=None)
def schemas() -> None:
    @task
    def orders(n: int) -> Orders:
        return Orders(n, [Line("a", n)], values.frame(100 * n))

    @task
    def check(found: Orders) -> None:
        assert type(found) is Orders
        assert_same(found, Orders(found.id, [Line("a", found.id)], values.frame(100 * found.id)))

    @task
    def check_all(found: Any) -> None:
        assert [type(one) for one in found] == [Orders, Orders]

    @task
    def frame() -> Any:
        return {"all": [Versioned(values.frame(50), "tests.frame", 1)]}

    @task
    def check_frame(found: Any) -> None:
        assert_same(found, {"all": [values.frame(50)]})

    @task
    def ruled() -> Any:
        return {"plain": [1, 2]}

    @task
    def check_ruled(found: Any) -> None:
        assert_same(found, {"plain": [1, 2]})

    @task
    def shared() -> Any:
        from tests.integration.declared import Shared

        return Shared(names=["a"], count=1)

    @task
    def check_shared(found: Any) -> None:
        """Nothing here imports the module that declares the class."""
        assert (type(found).__name__, found.names, found.count) == ("Shared", ["a"], 1)

    every = orders.expand(n=[1, 2])
    check.expand(found=every)
    check_all(every)
    check_frame(frame())
    check_ruled(ruled())
    check_shared(shared())


schemas()
