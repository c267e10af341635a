"""A module that ``[xcom_toolkit] schema_modules`` names: dags that read do not import it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from airflow_xcom_toolkit import upcaster, xcom_schema


@xcom_schema("tests.shared", version=2)
class Shared(BaseModel):
    names: list[str]
    count: int


@upcaster("tests.shared", from_version=1)
def _(data: dict[str, Any]) -> dict[str, Any]:
    return {"names": data["names"], "count": len(data["names"])}
