"""Orders, as they were before the deployment."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
from pydantic import BaseModel

from airflow_xcom_toolkit import frame_schema, upcaster, xcom_schema


class Line(BaseModel):
    name: str
    quantity: int = 1


@xcom_schema("acme.orders", version=2)
@dataclass
class Orders:
    day: str
    lines: list[Line] = field(default_factory=list)
    prices: pd.DataFrame | None = None


frame_schema("acme.trips", version=2, columns={"id": "int64", "fare": "float64"})


@upcaster("acme.orders", from_version=1)
def _(data: dict) -> dict:
    return {"day": data["date"], "lines": [{"name": name} for name in data["names"]]}
