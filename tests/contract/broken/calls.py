"""Backends that answer some of Airflow's accessors wrongly."""

from __future__ import annotations

from typing import Any

from airflow_xcom_toolkit import ThresholdXComBackend, ToolkitXComBackend
from airflow_xcom_toolkit.abc import Coordinate, Json, Part, Pulled
from airflow_xcom_toolkit.overwrites import Pushed

from .registry import fault


@fault(
    "gives the value of one map index for all",
    "test_get_all_gives_every_value_in_the_order_of_map_indexes",
    only="[in the row]",
)
class GivesTheFirstOnly(ToolkitXComBackend):
    @classmethod
    def get_all(cls, **kwargs: Any) -> Any:
        found = super().get_all(**kwargs)
        return found and found[:1]


@fault(
    "raises where nothing was pushed",
    "test_what_was_never_pushed_is_none",
    only="[in the row]",
    because=r"Nothing was pushed",
)
class RaisesForNothing(ToolkitXComBackend):
    @classmethod
    def get_one(cls, **kwargs: Any) -> Any:
        if cls.get_row(**kwargs) is None:
            raise LookupError("Nothing was pushed")
        return super().get_one(**kwargs)


@fault("gives an empty dict where nothing was pushed", "test_what_was_never_pushed_is_none", only="[in the row]")
class GivesSomethingForNothing(ToolkitXComBackend):
    @classmethod
    def get_one(cls, **kwargs: Any) -> Any:
        found = super().get_one(**kwargs)
        return {} if found is None else found


@fault(
    "does not look at runs before this one when asked to",
    "test_prior_runs_are_asked_where_the_task_wants_it",
    only="[in the row]",
)
class IgnoresPriorDates(ToolkitXComBackend):
    @classmethod
    def get_one(cls, **kwargs: Any) -> Any:
        return super().get_one(**{**kwargs, "include_prior_dates": False})


@fault("gives the value that was pushed first", "test_an_overwrite_leaves_the_last_value", only="[in the row]")
class RemembersTheFirst(ToolkitXComBackend):
    pulled: dict[str, Pulled] = {}

    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        if str(at) not in cls.pulled:
            cls.pulled[str(at)] = super().pull(row, at, part)
        return cls.pulled[str(at)]


@fault(
    "leaves the object of a value that was overwritten",
    "test_an_overwrite_leaves_no_object_of_the_value_before",
    only="[in an object]",
)
class LeavesOldObjects(ThresholdXComBackend):
    @classmethod
    def _settle(cls, rows: list[Pushed]) -> None:
        pass


@fault(
    "reads rows only where it is told whose they are",
    "test_a_lazy_sequence_is_the_values_in_order",
    only="[in the row]",
)
class ReadsOnlyWhatIsAskedFor(ToolkitXComBackend):
    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        return Pulled(row) if at is None else super().pull(row, at, part)


@fault("gives what it pushed itself, whoever wrote the row since", "test_a_backend_is_as_good_as_a_dict")
class IgnoresOtherWriters(ToolkitXComBackend):
    rows: dict[str, Json] = {}

    @classmethod
    def push(cls, value: Any, at: Coordinate) -> Json:
        cls.rows[str(at)] = super().push(value, at)
        return cls.rows[str(at)]

    @classmethod
    def pull(cls, row: Json, at: Coordinate | None, part: Part | None = None) -> Pulled:
        return super().pull(cls.rows.get(str(at), row), at, part)
