"""A value of each type goes there and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from airflow_xcom_toolkit.abc import HandlerContext
from airflow_xcom_toolkit.allow_list import AirflowClassGate
from airflow_xcom_toolkit.cli.doctor.samples import families
from airflow_xcom_toolkit.handlers.tree import TreeDumper
from airflow_xcom_toolkit.registry import HandlerRegistry
from tests.unit.cli.doctor.conftest import Report
from tests.unit.conftest import SetOptions

MODULES = ("_python", "_datetime", "_classes", "_numpy", "_pandas", "_arrow", "_polars")
REFUSED = {"py.refused@1", "numpy.memmap@1", "polars.lazyframe@1"}
NOT_AIRFLOWS = {"class.namedtuple@1", "class.dataclass@1", "class.pydantic@1"}
"""Classes of users: Airflow has none that its allow list takes by default and that is public."""


class Met(HandlerRegistry):
    """Notes whose handlers are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()

    def of_value(self, value: Any) -> Any:
        found = super().of_value(value)
        self.ids |= {found.type_id} if found else set()
        return found


def handlers() -> Iterator[str]:
    for name in MODULES:
        module: Any = import_module(f"airflow_xcom_toolkit.handlers.{name}")
        yield from (handler.type_id for handler in module.HANDLERS)


@pytest.mark.usefixtures("options")
def test_each_type_that_is_kept_has_a_value() -> None:
    met = Met()
    dumper = TreeDumper(met, HandlerContext(AirflowClassGate()))
    for make in families().values():
        for value in make().values():
            dumper.dump(value)
    assert set(handlers()) - REFUSED - NOT_AIRFLOWS - met.ids == set()


def test_all_come_back_equal_in_the_row_and_offloaded(report: Callable[..., Report], options: SetOptions) -> None:
    options(xcom_objectstorage_threshold="1000")
    found = report("values")
    assert found.code == 0
    ways = [(finding["family"], finding["way"]) for finding in found.findings("ok")]
    assert sorted(ways) == sorted((name, way) for name in families() for way in ("in the row", "offloaded"))


def test_one_that_comes_back_changed_is_named(report: Callable[..., Report], options: SetOptions) -> None:
    """By an override of one's own; offloaded, too, where all of a family go at once."""
    options(xcom_objectstorage_threshold="1000")
    found = report("values", backend="tests.unit.cli.doctor.backends.Doubling")
    assert found.code == 1
    texts = [finding["text"] for finding in found.findings("failed")]
    assert texts == ["python: tuple, in the row: it came back changed."]
