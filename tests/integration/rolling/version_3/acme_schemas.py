"""Orders, as they are from the deployment on: another kind of class, with a currency and a unit."""

from __future__ import annotations

from datetime import date

import attrs
import pandas as pd
from pydantic import BaseModel

from airflow_xcom_toolkit import frame_schema, upcaster, xcom_schema


class Line(BaseModel):
    name: str
    quantity: int = 1
    unit: str = "piece"


@xcom_schema("acme.orders", version=3, readable_by=2)
@attrs.define
class Orders:
    day: str
    lines: list[Line] = attrs.field(factory=list)
    prices: pd.DataFrame | None = None
    currency: str = "EUR"
    delivered: date | None = None


frame_schema("acme.trips", version=3, columns={"id": "int64", "fare": "float64", "tip": "float64"}, readable_by=2)


@upcaster("acme.orders", from_version=2)
def _(data: dict) -> dict:
    return {**data, "currency": "EUR"}


@upcaster("acme.trips", from_version=2)
def _(trips: pd.DataFrame) -> pd.DataFrame:
    return trips.assign(tip=0.0)
