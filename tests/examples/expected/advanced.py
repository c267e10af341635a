"""7.7 Advanced XCom Usage."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pandas as pd

from airflow_xcom_toolkit.example_dags.shop_schemas import Order

from . import Expectation
from .model import DEFAULT, TOOLKIT, Expected, Such, differences, instances, succeeded

_PRICES = "07_07_01_xcom_with_external_dependencies_prices"


def _encryption(is_encrypted: bool) -> Expected:
    return Expected(
        tasks=succeeded("push_salary", "read_salary", "rotate_keys", "seal_note", "open_note"),
        xcoms={
            "push_salary#salary": {"iban": "DE89370400440532013000", "euros": 4200},
            "push_salary": {
                "iban_in_plain_row": True,
                "iban_in_encrypted_row": False,
                "parts_of_the_row": ["body", "codecs", "sealed"],
                "row_bytes": {"plain": 49, "encrypted": Such(int, lambda size: 300 < size < 1000)},
            },
            "read_salary": {"euros": 4200, "returned_value_is_encrypted": is_encrypted},
            "rotate_keys": {
                "both_keys": True,
                "new_pushes_need_the_new_key_only": True,
                "old_key_gone": "DecryptionError",
            },
            "open_note": {"characters": 28, "without_the_cipher": "DecryptionError", "after_delete": None},
        },
        logs={"read_salary": "4200 euros go to ***", "rotate_keys": "which is none of the 1 keys here"},
    )


def _column(kept_bytes: int) -> dict[str, Any]:
    return {"sum": sum(range(7, 200_007)), "kept_bytes": kept_bytes, "peak_bytes": Such(int)}


def _is_part_smaller(found: dict[str, Any]) -> bool:
    whole, part = found["whole"], found["part"]
    expected = {"whole": _column(32_000_000), "part": _column(1_600_000)}
    return not [*differences(found, expected)] and part["peak_bytes"] * 1.3 < whole["peak_bytes"]


def _performance(read_by: str, column: Any) -> Expected:
    orders = [{"id": number, "cents": number * 100} for number in range(50)]
    sales = pd.DataFrame({f"day_{number}": range(number, number + 200_000) for number in range(20)})
    quotes = {
        f"quote[{index}]": {"region": region, "articles": 300_000, "copy": Such(int)}
        for index, region in enumerate(("north", "south", "west"))
    }
    return Expected(
        tasks={
            **succeeded("push_orders", "read_orders", "push_prices", "add_up", "read_column"),
            **instances("quote", 3),
        },
        xcoms={
            **{f"push_orders#order.{order['id']}": order for order in orders},
            "push_orders#orders": orders,
            "push_orders": Such(dict, _is_batching_quicker),
            "read_orders": {"cents": 122_500, "lookups": 50, "pulls": 1},
            "push_prices#prices": list(range(300_000)),
            **quotes,
            "add_up": {
                "regions": ["north", "south", "west"],
                "articles": 900_000,
                "downloads": 1,
                "read_by": read_by,
            },
            "read_column#sales": sales,
            "read_column": column,
        },
        logs={"read_orders": "Ordered by: cumulative time"},
    )


def _is_batching_quicker(found: dict[str, Any]) -> bool:
    return bool(
        found["one_by_one"]["rows"] == 50
        and found["batched"]["rows"] == 1
        and found["one_by_one"]["seconds"] > 3 * found["batched"]["seconds"]
    )


EXPECTED: dict[str, Expectation] = {
    "07_07_01_xcom_with_external_dependencies": Expected(
        tasks=succeeded("wait_for_prices", "find_run", "pull_prices"),
        xcoms={
            "wait_for_prices#_link_ExternalDagLink": Such(str, lambda url: f"/dags/{_PRICES}/runs/manual__" in url),
            "find_run": Such(str, lambda run_id: run_id.startswith("manual__")),
            "pull_prices": {"prices": 500, "article-300": 75.0, "without_run_id": None},
        },
        clear={"wait_for_prices#_link_ExternalDagLink"},
    ),
    _PRICES: Expected(
        tasks=succeeded("publish_prices"),
        xcoms={"publish_prices": {f"article-{number}": number / 4 for number in range(500)}},
    ),
    "07_07_02_xcom_in_callbacks": Expected(
        tasks={**succeeded("load_orders", "read_mailbox"), "charge_cards": "failed"},
        xcoms={
            "load_orders": {"A-1": 40, "A-2": 25, "A-3": 90},
            "charge_cards#charged": ["A-1", "A-2"],
            "read_mailbox": {
                "orders are loaded": {"orders": 3, "total": 155},
                "try 1 failed": {"charged": ["A-1"]},
                "charge_cards failed: CardDeclined: the card of order A-3 was declined": {
                    "charged": ["A-1", "A-2"],
                    "left": {"A-3": 90},
                },
            },
        },
        logs={"charge_cards": "CardDeclined"},
    ),
    "07_07_03_xcom_with_retry_logic": Expected(
        tasks=succeeded("list_pages", "import_pages", "charge_card", "tidy_up"),
        xcoms={
            "list_pages": ["orders-1.csv", "orders-2.csv", "orders-3.csv"],
            "import_pages#position": 3,
            "import_pages": [
                {"try": 1, "own_xcom": None, "pages": 3, "checkpoint": 0},
                {"try": 2, "own_xcom": None, "pages": 3, "checkpoint": 1},
                {"try": 3, "own_xcom": None, "pages": 3, "checkpoint": 2},
            ],
            "charge_card#receipt": Such(str, lambda receipt: UUID(receipt).version == 5),
            "charge_card": {"random_id": 80, "same_id": 40},
        },
        logs={
            "import_pages": "the connection broke after 2 of 3 pages",
            "charge_card": "the answer of the bank was lost",
        },
    ),
    "07_07_04_xcom_encryption": {DEFAULT: _encryption(False), TOOLKIT: _encryption(True)},
    "07_07_05_xcom_versioning": Expected(
        tasks=succeeded(
            "push_with_release_1",
            "push_with_release_3",
            "push_with_release_4",
            "read_orders",
            "read_newer_orders",
            "check_value",
            "check_deployment",
        ),
        xcoms={
            "push_with_release_1#order": Order("A-1", 1999, "EUR"),
            "push_with_release_3#order": Order("A-2", 2500, "SEK", gift_wrap=True),
            "push_with_release_4#order": Such(RuntimeError, lambda error: "SchemaTooNewError" in str(error)),
            "push_with_release_4#order_with_coupon": Order("A-4", 990, "EUR"),
            "read_orders": [
                {"row": 1, "order_id": "A-1", "cents": 1999, "currency": "EUR", "gift_wrap": False},
                {"row": 3, "order_id": "A-2", "cents": 2500, "currency": "SEK", "gift_wrap": True},
            ],
            "read_newer_orders": {
                "version 4": "SchemaTooNewError: 4 is newer than 3",
                "version 5": {"order_id": "A-4", "cents": 990, "currency": "EUR", "gift_wrap": False},
            },
            "check_value": "SchemaValidationError: value.cents",
            "check_deployment": [
                "backward: order: there is no step from version 3 to 4; write @upcaster('shop.order', from_version=3)",
                "backward: amount: rows may lack it, and the reader requires it",
                "backward: cents: rows have it, and the reader has no such field",
                "backward: gift_wrap: rows have it, and the reader has no such field",
                "forward: order: version 4 does not declare readable_by=3, or a lower one, "
                "and the reader refuses its rows",
                "forward: cents: rows may lack it, and the reader requires it",
            ],
        },
        clear={
            "push_with_release_1#order",
            "push_with_release_3#order",
            "push_with_release_4#order",
            "push_with_release_4#order_with_coupon",
        },
    ),
    "07_07_06_xcom_performance_optimization": {
        DEFAULT: _performance(
            "xcom_pull, because of a ConfigurationError", {"whole": _column(32_000_000), "part": "ConfigurationError"}
        ),
        TOOLKIT: _performance("iter_mapped", Such(dict, _is_part_smaller)),
    },
}
