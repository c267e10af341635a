"""7.4 XCom Patterns."""

from __future__ import annotations

from .model import Expected, Such, instances, succeeded

INVOICES = "07_04_01_xcom_for_configuration_invoices"
SETTINGS = {"batch_size": 2, "currency": "EUR"}
STATUSES = [
    {"file": "monday.csv", "ok": True, "reason": None, "rows": 2},
    {"file": "tuesday.csv", "ok": False, "reason": "negative prices: [-3.5]", "rows": 2},
    {"file": "wednesday.csv", "ok": True, "reason": None, "rows": 1},
]
FILES = ["monday.csv", "tuesday.csv", "wednesday.csv"]
COUNTS = [{"map_index": index, "file": file, "orders": (3, 5, 0)[index]} for index, file in enumerate(FILES)]
ERROR = "one coffee 4.5: invalid literal for int() with base 10: 'one'"
LEVELS = ("split", "price", "add_tax")
WHOLE = {"total": 64.5, "largest": 24.5, "small": 3}

EXPECTED = {
    "07_04_01_xcom_for_configuration": Expected(
        tasks=succeeded("read_config", "pick_regions", "may_publish", "start_invoices")
        | instances("load", 2)
        | {"publish": "skipped"},
        xcoms={
            "read_config": {"regions": ["south", "north"], "settings": SETTINGS, "publish": False},
            "read_config#regions": ["south", "north"],
            "read_config#settings": SETTINGS,
            "read_config#publish": False,
            "pick_regions": ["north", "south"],
            "load[0]": {"region": "north", "batches": [[9.5, 2.5], [24.5]], "currency": "EUR"},
            "load[1]": {"region": "south", "batches": [[4.5]], "currency": "EUR"},
            "may_publish#skipmixin_key": {"skipped": ["publish"]},
            "start_invoices#trigger_run_id": Such(str, lambda run_id: run_id.startswith("manual__")),
            "start_invoices#_link_TriggerDagRunLink": Such(str, lambda url: f"{INVOICES}/runs/" in url),
        },
        clear={"start_invoices#_link_TriggerDagRunLink"},
    ),
    INVOICES: Expected(
        tasks=succeeded("write_invoices"),
        xcoms={"write_invoices": {"currency": "EUR", "regions": ["south", "north"], "copies": 1}},
        starts=False,
    ),
    "07_04_02_xcom_for_status_passing": Expected(
        tasks=succeeded("decide", "load_good", "report_bad", "finish")
        | instances("check", 3)
        | dict.fromkeys(("load_all", "stop"), "skipped"),
        xcoms={
            **{f"check[{index}]": status for index, status in enumerate(STATUSES)},
            "decide#skipmixin_key": {"followed": Such(list, lambda ids: sorted(ids) == ["load_good", "report_bad"])},
            "load_good": 41.5,
            "report_bad": ["tuesday.csv: negative prices: [-3.5]"],
            "finish": {
                "load_all": None,
                "load_good": 41.5,
                "report_bad": ["tuesday.csv: negative prices: [-3.5]"],
                "stop": None,
            },
        },
    ),
    "07_04_03_xcom_aggregation": Expected(
        tasks=succeeded("north", "south", "west", "east", "collect", "reduce_sales", "reduce_in_steps"),
        xcoms={
            "north": {"tea": 3, "coffee": 5},
            "north#costs": 80,
            "south": {"tea": 4},
            "south#costs": 40,
            "west": {"coffee": 1, "cocoa": 2},
            "west#costs": 30,
            "collect": {
                "sold": [{"tea": 3, "coffee": 5}, {"tea": 4}, {"coffee": 1, "cocoa": 2}, None],
                "costs": [80, 40, 30, None],
            },
            "reduce_sales": {
                "shops": 3,
                "sold": 15,
                "by product": {"tea": 7, "coffee": 6, "cocoa": 2},
                "best shop": "north",
                "costs": 150,
            },
            "reduce_in_steps": {"tea": 7, "coffee": 6, "cocoa": 2},
        },
    ),
    "07_04_04_xcom_with_dynamic_task_mapping": Expected(
        tasks=succeeded("list_files", "plan_parcels", "read")
        | instances("count_orders", 3)
        | instances("pack", 2)
        | instances("close", 1),
        xcoms={
            "list_files": FILES,
            **{f"count_orders[{index}]": count for index, count in enumerate(COUNTS)},
            "plan_parcels": [{"name": "monday", "orders": 3}, {"name": "tuesday", "orders": 5}],
            "pack[0]": "monday: 2 parcels",
            "pack[1]": "tuesday: 3 parcels",
            "close[0]": "sunday is closed",
            "read": {
                "index 1": COUNTS[1],
                "indexes 2, 0": ["wednesday.csv", "monday.csv"],
                "all": FILES,
                "all parcels": ["monday: 2 parcels", "tuesday: 3 parcels"],
                "one instance": "sunday is closed",
                "one instance, as a list": ["sunday is closed"],
            },
        },
    ),
    "07_04_05_xcom_cascade": Expected(
        tasks=succeeded(*(f"{order}.{level}" for order in ("good", "tolerant") for level in LEVELS))
        | {"bad.split": "success", "bad.price": "failed", "bad.add_tax": "upstream_failed", "report": "success"},
        xcoms={
            "good.split": ["2 tea 2.5", "1 coffee 4.5"],
            "good.price": {"total": 9.5, "errors": []},
            "good.add_tax": {"total": 9.5, "errors": [], "with tax": 11.875},
            "bad.split": ["2 tea 2.5", "one coffee 4.5"],
            "bad.price#error": ERROR,
            "tolerant.split": ["2 tea 2.5", "one coffee 4.5"],
            "tolerant.price": {"total": 5.0, "errors": [ERROR]},
            "tolerant.add_tax": {"total": 5.0, "errors": [ERROR], "with tax": 6.25},
            "report": {
                "good": {"reached": "add_tax", "with tax": 11.875, "errors": []},
                "bad": {"reached": "split", "with tax": None, "errors": [ERROR]},
                "tolerant": {"reached": "add_tax", "with tax": 6.25, "errors": [ERROR]},
            },
        },
        logs={"bad.price": "ValueError"},
    ),
    "07_04_06_xcom_fanout_fanin": Expected(
        tasks=succeeded(
            "read_orders", "add_up", "find_largest", "count_small", "report", "plan_chunks", "combine", "compare"
        )
        | instances("price_chunk", 3),
        xcoms={
            "read_orders": [9.5, 2.5, 24.5, 4.5, 7.5, 3.5, 12.5],
            "add_up": 64.5,
            "find_largest": 24.5,
            "count_small": 3,
            "report": WHOLE,
            "plan_chunks": [{"start": 0, "stop": 3}, {"start": 3, "stop": 6}, {"start": 6, "stop": 7}],
            "price_chunk[0]": {"rows": [0, 3], "total": 36.5, "largest": 24.5, "small": 1},
            "price_chunk[1]": {"rows": [3, 6], "total": 15.5, "largest": 7.5, "small": 2},
            "price_chunk[2]": {"rows": [6, 7], "total": 12.5, "largest": 12.5, "small": 0},
            "combine": WHOLE,
            "compare": {"same": True, **WHOLE},
        },
    ),
}
