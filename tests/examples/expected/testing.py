"""7.9 XCom Testing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .model import Expected, Such, instances, succeeded

EXPECTED = {
    "07_09_01_unit_testing_xcom_push": Expected(
        tasks=succeeded("take_orders", "check_orders", "report"),
        xcoms={
            "take_orders": [{"id": "A-1", "cents": 1250}, {"id": "A-2", "cents": -300}, {"id": "A-3", "cents": 2948}],
            "take_orders#source": "web shop",
            "check_orders": 2,
            "check_orders#total": 4198,
            "check_orders#rejected": ["A-2"],
            "report": "2 orders of the web shop, 41.98 EUR, rejected: A-2",
        },
    ),
    "07_09_02_unit_testing_xcom_pull": Expected(
        tasks=succeeded("offer_north", "offer_south", "offer_east", "find_cheapest", "convert", "look_for_missing"),
        xcoms={
            "offer_north": 1100,
            "offer_south": 950,
            "find_cheapest": 950,
            "convert": 1026,
            "look_for_missing": {
                "plain": None,
                "default": None,
                "default and map_indexes": 1.0,
                "list": [None, None],
            },
        },
    ),
    "07_09_03_integration_testing_xcom_flow": Expected(
        tasks=succeeded("extract", "clean", "summarize", "publish", "reconcile"),
        xcoms={
            "extract": [
                {"id": "A-1", "day": "2026-03-01", "country": "DE", "cents": 1250},
                {"id": "A-2", "day": "2026-03-01", "country": "FR", "cents": 3995},
                {"id": "A-3", "day": "2026-03-02", "country": "DE", "cents": 9900, "canceled": True},
                {"id": "A-4", "day": "2026-03-03", "country": "DE", "cents": 2550},
            ],
            "clean": [
                {"id": "A-1", "day": date(2026, 3, 1), "country": "DE", "cents": 1250},
                {"id": "A-2", "day": date(2026, 3, 1), "country": "FR", "cents": 3995},
                {"id": "A-4", "day": date(2026, 3, 3), "country": "DE", "cents": 2550},
            ],
            "clean#canceled": 1,
            "summarize": {"DE": 3800, "FR": 3995},
            "publish": "2026-03-01 to 2026-03-03: DE 38.00, FR 39.95; 1 canceled",
            "reconcile": 7795,
        },
    ),
    "07_09_04_testing_custom_xcom_backend": Expected(
        tasks=succeeded("round_trip", "refuse", "damage", "measure", "verdict"),
        xcoms={
            "round_trip": dict.fromkeys(("price", "sizes", "days", "label", "manual"), True),
            "round_trip#price": Decimal("19.90"),
            "round_trip#sizes": (38, 40, 42),
            "round_trip#days": {date(2026, 3, 1), date(2026, 3, 2)},
            "round_trip#label": b"\x89PNG\r\n\x1a\n",
            "round_trip#manual": "Keep it dry. " * 5000,
            "refuse": {"error": "UnsupportedTypeError", "there": "the old value"},
            "refuse#kept": "the old value",
            "damage": {"error": "DecryptionError"},
            "measure": {"65000": Such(int, lambda size: size < 1200), "130000": Such(int, lambda size: size < 1200)},
            "verdict": "9 checks passed",
        },
        logs={"round_trip": "XCom 'manual' of 07_09_04_testing_custom_xcom_backend.round_trip"},
    ),
    "07_09_05_testing_xcom_with_dynamic_tasks": Expected(
        tasks={**succeeded("list_stores", "add_up", "pick", "report"), **instances("count_sales", 4)},
        xcoms={
            "list_stores": ["berlin", "paris", "rome", "oslo"],
            "count_sales[0]": 12,
            "count_sales[1]": 7,
            "count_sales[3]": 5,
            "add_up": 24,
            "pick": {"first": 12, "first and third": [12, None], "not there": [-1]},
            "report": {"all": [12, 7, 5], "asked": 4, "answered": 3},
        },
    ),
}
