"""Backends that hold an event loop up, or that answer some of Airflow's accessors wrongly."""

from __future__ import annotations

from typing import Any

from airflow_xcom_toolkit import ThresholdXComBackend, ToolkitXComBackend
from airflow_xcom_toolkit.abc import Coordinate, Json, Part

from .registry import fault


@fault("reads its objects on the event loop", "test_no_storage_call_is_made_on_the_loop", only="[in an object]")
class ReadsOnTheLoop(ThresholdXComBackend):
    @classmethod
    async def aload_row(cls, row: Json, at: Coordinate | None = None, part: Part | None = None) -> Any:
        return cls.load_row(row, at, part)


@fault(
    "asks for its rows on the event loop",
    "test_no_message_to_the_supervisor_is_sent_on_the_loop",
    only="[in the row]",
)
class AsksForRowsOnTheLoop(ToolkitXComBackend):
    @classmethod
    async def aget_one(cls, **kwargs: Any) -> Any:
        row = cls.get_row(**kwargs)
        return None if row is None else await cls.aload_row(row)


@fault("writes its objects on the event loop", "test_no_storage_call_is_made_on_the_loop", only="[in an object]")
class WritesOnTheLoop(ThresholdXComBackend):
    @classmethod
    async def aset(cls, key: str, value: Any, **kwargs: Any) -> None:
        cls.set(key, value, **kwargs)


@fault(
    "gives coroutines None where the object is gone",
    "test_an_object_that_is_missing_is_the_same_error_when_awaited",
    only="[in an object]",
)
class SilentOnTheLoop(ThresholdXComBackend):
    @classmethod
    async def aload_row(cls, row: Json, at: Coordinate | None = None, part: Part | None = None) -> Any:
        try:
            return await super().aload_row(row, at, part)
        except FileNotFoundError:
            return None


@fault(
    "gives coroutines the row instead of the value", "test_what_is_awaited_is_what_was_pushed", only="[in an object]"
)
class GivesCoroutinesTheRow(ToolkitXComBackend):
    @classmethod
    async def aget_one(cls, **kwargs: Any) -> Any:
        return await cls.aget_row(**kwargs)


@fault(
    "gives coroutines the values of mapped tasks in another order",
    "test_all_values_of_a_mapped_task_are_awaited",
    only="[in an object]",
)
class TurnsTheOrder(ToolkitXComBackend):
    @classmethod
    async def aget_all(cls, **kwargs: Any) -> Any:
        found = await super().aget_all(**kwargs)
        return found and found[::-1]
