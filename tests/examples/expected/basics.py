"""7.1 XCom Basics."""

from __future__ import annotations

from .model import Expected, succeeded

EXPECTED = {
    "07_01_01_xcom_push_and_pull": Expected(
        tasks=succeeded("extract", "report"),
        xcoms={"extract#rows": 3, "extract#source": "orders.csv", "report": "3 rows from orders.csv"},
    ),
}
