"""Backends that some releases of Airflow call in other ways than others do, or cannot call at all."""

from __future__ import annotations

from typing import Any

from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit import ThresholdXComBackend, ToolkitXComBackend
from airflow_xcom_toolkit.abc import Json

from .registry import fault


@fault("has the hooks of Airflow 3.0 to 3.3 only", "test_airflow_3_4_does_not_take_it_for_a_legacy_backend")
class OldHooksOnly(BaseXCom):
    @staticmethod
    def serialize_value(value: Any, **kwargs: Any) -> Any:
        return ToolkitXComBackend.serialize_value(value, **kwargs)

    @staticmethod
    def deserialize_value(result: Any) -> Any:
        return ToolkitXComBackend.deserialize_value(result)


@fault("has the hooks of Airflow 3.4 only", "test_older_airflows_call_what_3_4_calls")
class NewHooksOnly(BaseXCom):
    @classmethod
    def store_value(cls, coordinate: Any, key: str, value: Any) -> Json:
        return ToolkitXComBackend.store_value(coordinate, key, value)

    @classmethod
    def load_value(cls, stored: Json) -> Any:
        return ToolkitXComBackend.load_value(stored)


@fault(
    "writes by its new hook what its old one does not read",
    "test_either_hook_reads_what_the_other_one_wrote",
    only="[in the row]",
    because=r"list indices must be integers",
)
class HooksApart(ToolkitXComBackend):
    @classmethod
    def store_value(cls, coordinate: Any, key: str, value: Any) -> Json:
        return super().store_value(coordinate, key, {"new": value})

    @classmethod
    def load_value(cls, stored: Json) -> Any:
        return super().load_value(stored)["new"]

    @classmethod
    def serialize_value(cls, value: Any, **kwargs: Any) -> Any:
        return super().serialize_value(value, **kwargs)

    @classmethod
    def deserialize_value(cls, result: Any) -> Any:
        return super().deserialize_value(result)


@fault(
    "does not take the session that Airflow may pass to purge",
    "test_purge_takes_a_row_and_a_session",
    only="[in the row]",
    because="positional argument",
)
class TakesNoSession(ThresholdXComBackend):
    @classmethod
    def purge(cls, xcom: Any) -> None:
        super().purge(xcom)


@fault("only looks like one of Airflow's backends", "test_it_is_one_of_airflows_backends")
class LooksLikeOne:
    serialize_value = staticmethod(ToolkitXComBackend.serialize_value)
    deserialize_value = staticmethod(ToolkitXComBackend.deserialize_value)


@fault("is not to be found by its name", "test_it_can_be_imported_by_its_name")
class Misnamed(ToolkitXComBackend):
    __qualname__ = "AcmeXCom"
