"""7.8 XCom Anti-Patterns."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .model import DEFAULT, TOOLKIT, Expected, Such, succeeded

ORDERS = pd.DataFrame(
    {
        "order": range(20_000),
        "customer": [number * 7_919 % 1_000_003 for number in range(20_000)],
        "total": [number * 31 % 9_973 / 100 for number in range(20_000)],
    }
)


def _number(least: int, most: int) -> Such:
    return Such(int, lambda number: least <= number <= most)


def _sensitive_data(is_in_row: bool) -> Expected:
    """``is_in_row``: whether the configured backend writes what a task returns in the clear."""
    cured = {"name_the_secret": False, "fetch_token_encrypted": False}
    return Expected(
        tasks={
            **succeeded("return_password", "save_secret", "name_the_secret", "use_by_name", "delete_secret"),
            **succeeded("fetch_token_encrypted", "use_encrypted", "search"),
        },
        xcoms={
            "return_password": "correct-horse-42",
            "name_the_secret": "example_07_08_02_shop_password",
            "use_by_name": "logged in",
            "fetch_token_encrypted#token": "correct-horse-42",
            "use_encrypted": "logged in",
            "search": {
                "in the row": {"return_password": is_in_row, **cured},
                "in the log": {"return_password": True, **cured, "use_by_name": False, "use_encrypted": False},
            },
        },
        logs={
            "return_password": "Done. Returned value was: correct-horse-42",
            "use_by_name": "logging in with ***",
            "use_encrypted": "logging in with ***",
        },
    )


SETTINGS = {
    "currency": "EUR",
    "tax": 0.2,
    "country": "FI",
    "batch": 500,
    "timeout": 30,
    "attempts": 3,
    "source": "https://shop.example.com/orders",
    "format": "json",
    "encoding": "utf-8",
    "strict": True,
}


def _overusing(everything: Any, result: Any) -> Expected:
    """The bytes of the rows of each way."""
    return Expected(
        tasks={
            **succeeded("push_everything", "pull_everything", "save_settings", "import_orders"),
            **succeeded("measure", "clean_up"),
        },
        xcoms={
            **{f"push_everything#setting.{name}": value for name, value in SETTINGS.items()},
            "push_everything#day": "2026-01-01",
            "push_everything#progress": 1000,
            "push_everything#has_started": True,
            "pull_everything": 1000,
            "import_orders": 1000,
            "measure": {
                "XCom for everything": {"rows": 13, "bytes": everything},
                "right tools": {"rows": 1, "bytes": result},
            },
        },
        logs={"import_orders": "try 2: in the XCom None, in the store 500, in Airflow's 500"},
    )


EXPECTED: dict[str, Any] = {
    "07_08_01_large_data_in_xcom": Expected(
        tasks=succeeded("by_value", "by_path", "by_reference", "read_path", "read_reference", "measure"),
        xcoms={
            "by_value#orders": ORDERS,
            "by_path": Such(str, lambda path: path.endswith("/orders.parquet")),
            "by_reference#orders": ORDERS,
            "read_path": 994_951.17,
            "read_reference": 994_951.17,
            "measure": {
                "bytes of a row": {
                    "value": _number(500_000, 900_000),
                    "path": _number(50, 400),
                    "reference": _number(300, 2000),
                },
                "bytes after 24 runs": {
                    "value": _number(24 * 500_000, 24 * 900_000),
                    "path": _number(4096, 16_384),
                    "reference": _number(8192, 65_536),
                },
                "times smaller": {"path": _number(1000, 20_000), "reference": _number(250, 3000)},
            },
        },
        clear={"by_value#orders"},
    ),
    "07_08_02_sensitive_data_in_xcom": {DEFAULT: _sensitive_data(True), TOOLKIT: _sensitive_data(False)},
    "07_08_03_overusing_xcom": {
        DEFAULT: _overusing(everything=88, result=4),
        TOOLKIT: _overusing(everything=_number(13 * 400, 13 * 700), result=_number(400, 700)),
    },
    "07_08_04_xcom_without_error_handling": Expected(
        tasks={
            **succeeded("fetch_prices", "make_price_list", "publish", "call_for_help", "compare"),
            **dict.fromkeys(("fetch_rates", "assume_key", "assume_xcom"), "failed"),
        },
        xcoms={
            "fetch_prices": {"lamp": 20.0, "desk": 150.0},
            "make_price_list": {
                "prices": {"lamp": 22.0, "desk": 165.0},
                "degraded": ["no price of chair", "rates of last week"],
            },
            "publish": "lamp 22.0 USD, desk 165.0 USD (no price of chair; rates of last week)",
            "call_for_help": "please look at fetch_rates",
            "compare": {"assume_key": 0, "assume_xcom": 0, "make_price_list": 2},
        },
        logs={
            "fetch_rates": "rates.example.com does not answer",
            "assume_key": "KeyError",
            "assume_xcom": "'NoneType' object is not subscriptable",
        },
    ),
    "07_08_05_non_deterministic_xcom_keys": Expected(
        tasks=succeeded("push_anyhow", "pull_anyhow", "push_by_schema", "pull_by_schema", "refuse_other_keys"),
        xcoms={
            "pull_anyhow": {"keys": 2, "total": 3, "lost": 120, "report": None},
            "push_by_schema#report": "all shops are open",
            "push_by_schema#total_41": 100,
            "push_by_schema#total_42": 20,
            "push_by_schema#total_43": 3,
            "pull_by_schema": {
                "keys": ["report", "total_41", "total_42", "total_43"],
                "total": 123,
                "report": "all shops are open",
                "unknown": [],
            },
            "refuse_other_keys": ["north_east", "total_North-East", "total_2026-01-01"],
        },
        logs={"refuse_other_keys": "'north_east' is no key of this dag"},
    ),
}
