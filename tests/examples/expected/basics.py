"""7.1 XCom Basics."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .model import Expected, Such, instances, succeeded

LETTER = [
    "Dear Ada Lovelace,",
    "- tea",
    "- coffee",
    "Shipping is free.",
    "Discount: 0",
    "Ordered on 2026-01-01.",
]

PACKED = [f"pack[{index}] return_value" for index in range(3)]


def entry(task_id: str, key: str = "return_value", map_index: int = -1) -> dict[str, Any]:
    """What the REST API says of an XCom of 7.1.5."""
    return {
        "dag_id": "07_01_05_xcom_metadata",
        "run_id": Such(str, lambda run_id: run_id.startswith("manual__")),
        "task_id": task_id,
        "map_index": map_index,
        "key": key,
        "logical_date": "2026-01-01T00:00:00Z",
        "timestamp": Such(str, lambda text: datetime.fromisoformat(text.replace("Z", "+00:00")).year >= 2026),
    }


EXPECTED = {
    "07_01_01_xcom_push_and_pull": Expected(
        tasks=succeeded("extract", "report", "look_for_more"),
        xcoms={
            "extract#rows": 3,
            "extract#source": "orders.csv",
            "report": "3 rows from orders.csv",
            "look_for_more": {"without key": None, "discount": None, "discount to use": 0.0},
        },
    ),
    "07_01_02_xcom_return_value": Expected(
        tasks=succeeded("read_prices", "summarize", "first_and_last", "log_prices", "clean_up", "report"),
        xcoms={
            "read_prices": [9.5, 2.5, 24.5],
            "summarize": {"lowest": 2.5, "highest": 24.5},
            "summarize#lowest": 2.5,
            "summarize#highest": 24.5,
            "first_and_last": (9.5, 24.5),
            "report": {
                "without key": {"lowest": 2.5, "highest": 24.5},
                "key return_value": {"lowest": 2.5, "highest": 24.5},
                "key lowest": 2.5,
                "argument highest": 24.5,
                "argument ends": (9.5, 24.5),
                "type of ends": "tuple",
                "nothing returned": None,
                "not pushed": None,
            },
        },
        logs={"log_prices": "3 prices"},
    ),
    "07_01_03_xcom_with_task_ids": Expected(
        tasks=succeeded("north", "south", "read", "start_prices", "read_other_dag"),
        xcoms={
            "north": 3,
            "south": 4,
            "read": {"one task": 3, "several tasks": [4, 3], "no task_ids": "of itself"},
            "read#reader": "of itself",
            "start_prices#trigger_run_id": Such(str, lambda run_id: run_id.startswith("manual__")),
            "start_prices#_link_TriggerDagRunLink": Such(
                str, lambda url: "07_01_03_xcom_with_task_ids_prices/runs/" in url
            ),
            "read_other_dag": {
                "dag_id alone": None,
                "with prior dates": None,
                "dag_id and run_id": {"tea": 2.5, "coffee": 3.0},
            },
        },
        clear={"start_prices#_link_TriggerDagRunLink"},
    ),
    "07_01_03_xcom_with_task_ids_prices": Expected(
        tasks=succeeded("publish"),
        xcoms={"publish": {"tea": 2.5, "coffee": 3.0}},
        starts=False,
    ),
    "07_01_04_xcom_with_templates": Expected(
        tasks=succeeded("look_up_order", "look_up_discount", "announce", "write_letter"),
        xcoms={
            "look_up_order": {"customer": "ada lovelace", "items": ["tea", "coffee"], "total": 41.5},
            "announce": "ada lovelace ordered for 41.50",
            "write_letter": {"lines": LETTER, "total came as": "41.5", "total": 41.5},
        },
    ),
    "07_01_05_xcom_metadata": Expected(
        tasks=succeeded("count_orders", "list_entries", "order_by_time", "track_progress") | instances("pack", 3),
        xcoms={
            "count_orders": 3,
            "count_orders#source": "orders.csv",
            **{f"pack[{index}]": f"parcel {index + 1}" for index in range(3)},
            "list_entries": [
                entry("count_orders"),
                entry("count_orders", "source"),
                *(entry("pack", map_index=index) for index in range(3)),
            ],
            "order_by_time": Such(
                list,
                lambda found: (
                    found[:2] == ["count_orders[-1] source", "count_orders[-1] return_value"]
                    and sorted(found[2:]) == PACKED
                ),
            ),
            "track_progress": {"rows": [1, 1], "is newer": True, "value": "done"},
            "track_progress#progress": "done",
        },
        logs={"list_entries": "| count_orders | -1 | source | 2026-01-01T00:00:00Z |"},
    ),
    "07_01_06_xcom_cleanup": Expected(
        tasks=succeeded("load", "delete_by_hand", "make_previews", "expire", "list_what_is_left"),
        xcoms={
            "load": [],
            "delete_by_hand": {"before": ["log", "rows", "secret"], "after": ["rows"], "pulled": None},
            "delete_by_hand#rows": "rows of the morning",
            "make_previews#total": 12,
            "expire": ["preview"],
            "list_what_is_left": ["total"],
        },
        logs={"load": "lost after ['draft'] was pushed", "expire": "deletes preview of make_previews, written at 20"},
    ),
}
