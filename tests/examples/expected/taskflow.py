"""7.5 XCom and TaskFlow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from airflow_xcom_toolkit.example_dags.shop import Offer

from .model import DEFAULT, TOOLKIT, Expected, Such, succeeded


def _multiple_outputs(offer: Any, label: str) -> Expected:
    return Expected(
        tasks=succeeded(
            *("measure", "spread", "find_offer", "label", "split", "price_tag", "count_stock", "reorder"),
        ),
        xcoms={
            "measure": (4.5, 19.25),
            "spread": 14.75,
            "find_offer": offer,
            "label": label,
            "split": {"item": "tea", "price": 4.5, "currency": "EUR"},
            "split#item": "tea",
            "split#price": 4.5,
            "split#currency": "EUR",
            "price_tag": "4.50 EUR",
            "count_stock": {"apples": 3, "pears": 40},
            "count_stock#apples": 3,
            "count_stock#pears": 40,
            "reorder": 7,
        },
    )


def _chaining(money: Callable[[str], Decimal], report: str) -> Expected:
    lines = [
        "1;2026-01-05;DE;EUR;20.00",
        "2;2026-01-05;US;USD;45.00",
        "3;2026-01-06;US;USD;-1.00",
        "4;2026-01-07;DE;EUR;1.25",
        "5;2026-01-07;DE;EUR;40.25",
    ]
    orders = [
        {"id": 1, "day": date(2026, 1, 5), "country": "DE", "currency": "EUR", "amount": money("20.00")},
        {"id": 2, "day": date(2026, 1, 5), "country": "US", "currency": "USD", "amount": money("45.00")},
        {"id": 3, "day": date(2026, 1, 6), "country": "US", "currency": "USD", "amount": money("-1.00")},
        {"id": 4, "day": date(2026, 1, 7), "country": "DE", "currency": "EUR", "amount": money("1.25")},
        {"id": 5, "day": date(2026, 1, 7), "country": "DE", "currency": "EUR", "amount": money("40.25")},
    ]
    sales = [("DE", "20.00"), ("US", "36.00"), ("DE", "1.25"), ("DE", "40.25")]
    return Expected(
        tasks=succeeded(
            *("extract", "parse", "drop_invalid", "fetch_rates", "convert", "total", "publish", "notify"),
        ),
        xcoms={
            "extract": lines,
            "parse": orders,
            "drop_invalid": [order for order in orders if order["id"] != 3],
            "fetch_rates": {"EUR": Decimal(1), "USD": money("0.80")},
            "convert": [{"country": country, "euros": money(euros)} for country, euros in sales],
            "total": {"DE": money("61.50"), "US": money("36.00")},
            "publish": report,
        },
        logs={"drop_invalid": "dropped order 3", "notify": "The report is there."},
    )


def _as_float(amount: str) -> Decimal:
    """Airflow's default backend sends a `Decimal` as a float."""
    return Decimal(str(float(amount)))


def _caveats(values: dict[str, str], weekdays: dict[Any, str]) -> Expected:
    return Expected(
        tasks={
            **succeeded("fetch_prices", "try_the_promise", "try_values", "by_weekday_whole", "limits"),
            **succeeded("use_misspelt_entry", "add_price", "find_nothing", "debug"),
            "by_weekday": "failed",
            "use_wrong_key": "failed",
        },
        xcoms={
            "fetch_prices": [5, 12, 20],
            "try_the_promise": {
                "if prices": "True",
                "low, middle, high = prices": "TypeError",
                "prices[0]": "ValueError",
                "len(prices)": "TypeError",
                "f-string": "'[5, 12, 20]', a str",
            },
            "try_values": values,
            "try_values#attempt": "done",
            "by_weekday_whole": weekdays,
            "limits": {"lowest": 5, "highest": 20},
            "limits#lowest": 5,
            "limits#highest": 20,
            "use_misspelt_entry": "lowest is None",
            "add_price": [[5, 12, 20, 99], [99, 99]],
            "debug": {
                "fetch_prices": "list [5, 12, 20], 11 bytes",
                "add_price": "list [[5, 12, 20, 99], [99, 99]], 27 bytes",
                "by_weekday_whole": f"dict {weekdays!r}, 31 bytes",
                "find_nothing": "NoneType None, 4 bytes",
                "never pushed": "NoneType None, 4 bytes",
                "default argument": "list [1], 3 bytes",
            },
        },
        logs={"by_weekday": "Returned dictionary keys must be strings", "use_wrong_key": "XComNotFound"},
    )


REPORT = "DE 61.5, US 36.25"
COMPARED = "07_05_06_taskflow_vs_traditional_xcom"
STYLES = ("traditional", "mixed", "taskflow")
LINK = "_link_TriggerDagRunLink"


def _leads_to(style: str, url: str) -> bool:
    return f"/dags/{COMPARED}_{style}/runs/" in url and url.endswith("__compared")


def _triggered(xcoms: dict[str, Any]) -> Expected:
    return Expected(tasks=succeeded("extract", "total", "report"), xcoms={**xcoms, "report": REPORT}, starts=False)


ORDERS = [
    {"country": "DE", "euros": 21.25},
    {"country": "US", "euros": 36.25},
    {"country": "DE", "euros": 40.25},
]
TOTALS = {"DE": 61.5, "US": 36.25}

EXPECTED: Mapping[str, Expected | Mapping[str, Expected]] = {
    "07_05_01_implicit_xcom_in_taskflow": Expected(
        tasks=succeeded("fetch_prices", "add_up", "count", "summarize", "report"),
        xcoms={
            "fetch_prices": [19.5, 5, 13.25],
            "add_up": 37.75,
            "count": 3,
            "summarize": {"mean": 12.58, "lowest": 5},
            "summarize#mean": 12.58,
            "summarize#lowest": 5,
            "report": "[19.5, 5, 13.25]: 12.58 on average, 5 at least (int)",
        },
    ),
    "07_05_02_multiple_outputs_in_taskflow": {
        DEFAULT: _multiple_outputs(("tea", 4.5, "EUR"), "tea: 4.5 EUR; type: tuple; .price: no such field"),
        TOOLKIT: _multiple_outputs(Offer("tea", 4.5, "EUR"), "tea: 4.5 EUR; type: Offer; .price: 4.5"),
    },
    "07_05_03_taskflow_chaining": {
        DEFAULT: _chaining(_as_float, "DE 61.5 EUR, US 36.0 EUR"),
        TOOLKIT: _chaining(Decimal, "DE 61.50 EUR, US 36.00 EUR"),
    },
    "07_05_04_taskflow_with_explicit_xcom": Expected(
        tasks=succeeded("count_orders", "share", "announce", "archive", "report"),
        xcoms={
            "count_orders": {"DE": 3, "US": 1},
            "share": 0.75,
            "share#note": "of 4 orders",
            "announce": "To Germany: 75 percent",
            "archive": ["archive/2026-01-01/DE.csv", "archive/2026-01-01/US.csv"],
            "report": "To Germany: 75 percent of 4 orders; 2 files; remark: None",
        },
    ),
    "07_05_05_taskflow_xcom_caveats": {
        DEFAULT: _caveats(
            {
                "generator": "TypeError",
                "function": "TypeError",
                "own class": "ImportError",
                "number as key": "{'1': 'a'}",
                "whole float": "15",
            },
            {"1": "Monday", "2": "Tuesday"},
        ),
        TOOLKIT: _caveats(
            {
                "generator": "UnsupportedTypeError",
                "function": "UnsupportedTypeError",
                "own class": "UnsupportedTypeError",
                "number as key": "{1: 'a'}",
                "whole float": "15.0",
            },
            {1: "Monday", 2: "Tuesday"},
        ),
    },
    COMPARED: Expected(
        tasks=succeeded(*(f"run_{style}" for style in STYLES), "compare"),
        xcoms={
            **{f"run_{style}#trigger_run_id": Such(str, lambda run: run.endswith("__compared")) for style in STYLES},
            **{f"run_{style}#{LINK}": Such(str, partial(_leads_to, style)) for style in STYLES},
            "compare": {
                "traditional": {"result": REPORT, "lines": 15, "names in texts": 6},
                "mixed": {"result": REPORT, "lines": 16, "names in texts": 5},
                "taskflow": {"result": REPORT, "lines": 12, "names in texts": 0},
            },
        },
        clear={f"run_{style}#{LINK}" for style in STYLES},
    ),
    f"{COMPARED}_traditional": _triggered({"extract#orders": ORDERS, "total#totals": TOTALS}),
    f"{COMPARED}_mixed": _triggered({"extract#orders": ORDERS, "total": TOTALS, "total#totals": TOTALS}),
    f"{COMPARED}_taskflow": _triggered({"extract": ORDERS, "total": TOTALS}),
}
