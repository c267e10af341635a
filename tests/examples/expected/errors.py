"""7.6 XCom Errors and Debugging."""

from __future__ import annotations

from typing import Any

from airflow.sdk import ObjectStoragePath

from .model import DEFAULT, TOOLKIT, Expected, Such, instances, succeeded


def _serialization_errors(error: str) -> Expected:
    """``error``: what the backend says of a lock."""
    refused = {"default": "TypeError", "pickle": "TypeError"}
    return Expected(
        run="failed",
        tasks={
            **succeeded("ask_each", "push_own_class", "pull_own_class", "pass_plain_data", "use_plain_data"),
            "return_a_lock": "failed",
            "use_the_lock": "upstream_failed",
        },
        xcoms={
            "ask_each": {
                "guard": {**refused, "toolkit": "UnsupportedTypeError at value['guard']"},
                "report": {**refused, "toolkit": "UnsupportedTypeError at value['report']"},
                "squares": {**refused, "toolkit": "UnsupportedTypeError at value['squares']"},
                "order": {
                    "default": "taken",
                    "pickle": "taken, then ModuleNotFoundError",
                    "toolkit": "UnsupportedTypeError at value['order']",
                },
                "logo": {"default": "TypeError", "pickle": "taken", "toolkit": "taken"},
            },
            "push_own_class#order": Such(RuntimeError, lambda error: str(error).startswith("ImportError: ")),
            "pull_own_class": "ImportError",
            "pass_plain_data": {
                "squares": [0, 1, 4],
                "report": Such(str, lambda path: path.endswith("07_06_02_xcom_serialization_errors.py")),
                "order": {"number": 7, "total": 19.9},
            },
            "use_plain_data": {
                "squares": 5,
                "order": 19.9,
                "first line": "Objects that no XCom can hold: who refuses them, and what to pass instead.",
            },
        },
        logs={"return_a_lock": error},
        clear={"push_own_class#order"},
    )


def _debugging(rows: dict[str, tuple[str, Any]], database: dict[str, Any], reference: str, logged: str) -> Expected:
    """``rows``: what each shows, and its bytes."""
    return Expected(
        tasks={
            **succeeded("load_orders", "log_values", "read_log"),
            **succeeded("look_as_the_ui", "look_in_the_database", "look_from_a_task"),
        },
        xcoms={
            "load_orders": {"orders": 3, "total": 60.0},
            "load_orders#source": "orders.csv",
            "load_orders#customers": [{"id": n, "email": f"customer-{n}@example.com"} for n in range(300)],
            "look_as_the_ui": {key: {"shows": shows, "bytes": size} for key, (shows, size) in rows.items()},
            "look_in_the_database": database,
            "look_from_a_task": {"value": "list of 300", "reference": reference},
            "read_log": {"fields": True, "addresses": False},
        },
        logs={"log_values": f"summary: {logged}"},
    )


EXPECTED = {
    "07_06_01_xcom_not_found_errors": Expected(
        tasks={
            **succeeded("extract", "pull_with_default", "pull_by_path", "report"),
            "trust_argument": "failed",
            "trust_pull": "failed",
        },
        xcoms={
            "extract#orders": {"count": 3, "total": 60},
            "pull_with_default": {
                "wrong key": None,
                "wrong task id": None,
                "default alone": None,
                "default and map_indexes": {"total": 0},
            },
            "pull_by_path": {
                "orders": 60,
                "refunds": 0,
                "discount": 0,
                "missing part": ".discount",
                "missing XCom": "XCom 'refunds' of 07_06_01_xcom_not_found_errors.extract",
            },
            "report": {"failed": ["trust_argument", "trust_pull"], "refunds": 0},
        },
        logs={
            "trust_argument": "XComNotFound",
            "trust_pull": "'NoneType' object is not subscriptable",
            "pull_by_path": "There is no XCom 'refunds' of 07_06_01_xcom_not_found_errors.extract",
        },
    ),
    "07_06_02_xcom_serialization_errors": {
        DEFAULT: _serialization_errors("Cannot serialize object of type <class '_thread.lock'>"),
        TOOLKIT: _serialization_errors("UnsupportedTypeError"),
    },
    "07_06_03_xcom_size_errors": Expected(
        tasks={**succeeded("write_file", "read_file", "fill_database", "offload"), "push_all": "failed"},
        xcoms={
            "write_file": Such(ObjectStoragePath, lambda path: str(path).endswith("/orders.json")),
            "read_file": {"orders": 20_000, "total": 899_300.0},
            "fill_database": {
                "bytes": Such(int, lambda size: size > 900_000),
                "database": "OperationalError: database or disk is full",
            },
            "offload": {
                "bytes": Such(int, lambda size: size < 10_000),
                "database": "inserted",
                "is the same": True,
            },
            "offload#orders": Such(list, lambda orders: len(orders) == 20_000),
        },
        logs={"push_all": "ValueTooLargeError"},
    ),
    "07_06_04_xcom_race_conditions": Expected(
        tasks={
            **succeeded(
                "open_ledger", "north", "south", "fetch_price", "ask_too_early", "ask_in_time", "total", "compare"
            ),
            **instances("sell", 2),
            **instances("sell_in_turn", 2),
        },
        xcoms={
            "open_ledger#sold": 4,
            "open_ledger#sold_in_turn": 7,
            "north#has_read": 0,
            "north#has_written": 3,
            "south#has_read": 0,
            "south#has_written": 4,
            "fetch_price": 19.9,
            "ask_too_early": "the price is None",
            "ask_too_early#asked": True,
            "ask_in_time": "the price is 19.9",
            "sell[0]": 3,
            "sell[1]": 4,
            "total": 7,
            "compare": {"side by side": 4, "one after another": 7, "each its own": 7},
        },
    ),
    "07_06_05_xcom_debugging": {
        DEFAULT: _debugging(
            rows={"customers": ("value", 14_780), "return_value": ("value", 28), "source": ("value", 12)},
            database={"writer": "json", "row_bytes": 14_780, "encrypted": False, "body": None, "problems": []},
            reference="ConfigurationError",
            logged="{'orders': 3, 'total': 60.0}",
        ),
        TOOLKIT: _debugging(
            rows={
                "customers": ("envelope", Such(int, lambda size: size < 2000)),
                "return_value": ("envelope", Such(int)),
                "source": ("envelope", Such(int)),
            },
            database={
                "writer": "airflow-xcom-toolkit",
                "row_bytes": Such(int, lambda size: size < 2000),
                "encrypted": True,
                "body": Such(dict, lambda body: body["in"] == "object" and body["size"] > 10_000),
                "problems": [],
            },
            reference="json@1, encrypted: True, in an object: True",
            logged="***",
        ),
    },
    "07_06_06_xcom_best_practices": Expected(
        tasks=succeeded("extract", "check", "summarize", "publish", "clean_up", "advise"),
        xcoms={
            "check": Such(str, lambda path: path.endswith("/orders.json")),
            "summarize": {"orders": 2000, "total": 49_000, "highest": 49},
            "advise": {
                "a number": {"bytes": 4, "use": "XCom"},
                "a path": {"bytes": 34, "use": "XCom"},
                "a summary": {"bytes": 47, "use": "XCom"},
                "a list of 50 names": {"bytes": 1000, "use": "XCom"},
                "2,000 orders": {"bytes": 100_490, "use": "file"},
            },
        },
    ),
}
