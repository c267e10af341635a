"""What an order of the shop is in its newest release, and how rows of older releases become one.

A module that those who push orders and those who pull them import, as `07_07_05_xcom_versioning.py` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from airflow_xcom_toolkit import upcaster, xcom_schema

SCHEMA = "shop.order"


@xcom_schema(SCHEMA, version=3, readable_by=2)
@dataclass
class Order:
    """Releases of version 2 can do without the gift wrap, so they may read it."""

    order_id: str
    cents: int
    currency: str
    gift_wrap: bool = False


@upcaster(SCHEMA, from_version=1)
def _(order: dict[str, Any]) -> dict[str, Any]:
    """Version 1 had euros as a float, and nothing but euros."""
    return {"order_id": order["order_id"], "cents": round(order["total"] * 100), "currency": "EUR"}


@upcaster(SCHEMA, from_version=2)
def _(order: dict[str, Any]) -> dict[str, Any]:
    """Nobody could ask for a gift wrap before version 3."""
    return {**order, "gift_wrap": False}
