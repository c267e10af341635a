"""7.2 XCom Data Types."""

from __future__ import annotations

from base64 import b64decode
from collections import Counter, OrderedDict
from datetime import date
from decimal import Decimal
from gzip import decompress
from typing import Any

import numpy as np
import pandas as pd
from airflow.sdk import ObjectStoragePath

from airflow_xcom_toolkit.example_dags.shop import Line, Order, SavedCart, Voucher

from .model import DEFAULT, TOOLKIT, Expected, Such, instances, succeeded

_ORDER = {
    "id": 1001,
    "customer": {"name": "Ada", "address": {"city": "Zürich", "floor": None}},
    "lines": [
        {"item": "shoes", "quantity": 1, "price": 89.5, "options": ["red", "wide"]},
        {"item": "socks", "quantity": 3, "price": 4.0, "options": []},
    ],
    "paid": True,
}
_STOCK = {
    "by size": {38: 4, 39: 0},
    "two keys": {1: "a number", "1": "a text"},
    "in this order": OrderedDict(first="unpack", then="label"),
    "sold": Counter(red=2, blue=1),
    "price": Decimal("9.90"),
    "shelf": ("A", 3),
    "counted on": date(2026, 1, 1),
}
_STOCK_BY_DEFAULT = {
    **_STOCK,
    "by size": {"38": 4, "39": 0},
    "two keys": {"1": "a text"},
    "in this order": {"first": "unpack", "then": "label"},
    "sold": {"red": 2, "blue": 1},
    "price": Decimal("9.9"),
}
_CHANGED = ("by size", "two keys", "in this order", "sold", "price")


def _json(stock: dict[str, Any], changed: tuple[str, ...]) -> Expected:
    return Expected(
        tasks=succeeded("take_order", "invoice", "show_serialization", "count_stock", "compare"),
        xcoms={
            "take_order": _ORDER,
            "invoice": "Ada in Zürich pays 101.50",
            "show_serialization": {
                "by size": '{"38": 4, "39": 0}',
                "two keys": '{"1": "a text"}',
                "shelf": '{"__classname__": "builtins.tuple", "__version__": 1, "__data__": ["A", 3]}',
            },
            "count_stock": stock,
            "compare": {name: repr(stock[name]) for name in changed},
        },
    )


_RECORDS = [{"identifier": number, "price": number / 100, "currency": "EUR"} for number in range(1000)]
_COLUMNS = {name: [record[name] for record in _RECORDS] for name in ("identifier", "price", "currency")}
_WEIGHTS = {"records": 54790, "columns": 17831}


def _lists_and_dicts(rows: Any) -> Expected:
    return Expected(
        tasks={
            **succeeded("list_prices", "list_stock", "total", "collect", "export", "weigh"),
            **instances("reprice", 2),
            **instances("order_more", 2),
            **instances("check_stock", 2),
        },
        xcoms={
            "list_prices": [{"item": "shoes", "price": 80.0}, {"item": "socks", "price": 4.5}],
            "list_stock": {"shoes": 2, "socks": 40},
            "total": 84.5,
            "reprice[0]": {"item": "shoes", "price": 40.0},
            "reprice[1]": {"item": "socks", "price": 2.25},
            "order_more[0]": "10 shoes for 800.00",
            "order_more[1]": "10 socks for 45.00",
            "check_stock[0]": "shoes: order more",
            "check_stock[1]": "socks: enough",
            "collect": ["1. shoes: 40.0", "2. socks: 2.25"],
            "export#records": _RECORDS,
            "export#columns": _COLUMNS,
            "weigh": {"rows": rows, "rows by default": _WEIGHTS},
        },
    )


_ABOUT_1_KB = Such(int, lambda size: 300 < size < 2000)

_NO_BYTES = "refused: TypeError: Cannot serialize object of type <class 'bytes'>"


def _binary_data(pushed: dict[str, Any]) -> Expected:
    return Expected(
        tasks=succeeded(
            "draw_thumbnail", "show_thumbnail", "push_bytes", "pull_bytes", "pack_report", "unpack_report", "weigh"
        ),
        xcoms={
            "draw_thumbnail": {
                "name": "shoes.png",
                "type": "image/png",
                "base64": Such(str, lambda text: b64decode(text).startswith(_PNG)),
            },
            "show_thumbnail": "shoes.png: 16 x 16 pixels",
            **pushed,
            "pack_report": Such(str, lambda text: decompress(b64decode(text)).count(b"\n") == 2000),
            "unpack_report": 999_000,
            "weigh#report": Such(bytes, lambda data: decompress(data).count(b"\n") == 2000),
            "weigh": Such(dict, _are_weights_of_bytes),
        },
    )


_PNG = b"\x89PNG\r\n"


def _are_weights_of_bytes(sizes: dict[str, int]) -> bool:
    packed = sizes["gzip"]
    return (
        sizes["row of hex"] == 2 * packed + 2
        and sizes["row of base64"] == (packed + 2) // 3 * 4 + 2
        and sizes["row of text"] > 2 * sizes["row of base64"]
        and sizes["row of the toolkit"] < 2000
        and packed <= sizes["object of the toolkit"] < 1.05 * packed
    )


_TRIED = (
    "an integer of 70 bits",
    "an integer of 64 bits",
    "a whole float, alone",
    "not a number",
    "text with NUL",
    "half a surrogate pair",
    "bytes",
    "a list 250 deep",
    "a dict with a key of Airflow's",
    "a generator",
)
_KEPT = {**dict.fromkeys(_TRIED, "kept"), "text of 2 MB": "kept"}
_ON_ANY_DATABASE = {
    **_KEPT,
    "an integer of 70 bits": "OverflowError at push",
    "not a number": "AirflowRuntimeError at push",
    "half a surrogate pair": "UnicodeEncodeError at push",
    "bytes": "TypeError at push",
    "a list 250 deep": "AirflowRuntimeError at pull",
    "a dict with a key of Airflow's": "AttributeError at push",
    "a generator": "TypeError at push",
}
_ON_SQLITE = {"an integer of 64 bits": "changed to 9.223372036854776e+18", "a whole float, alone": "changed to 86"}
_ON_POSTGRESQL = {"text with NUL": "AirflowRuntimeError at push"}


def _limits(on_this_database: dict[str, str]) -> Expected:
    return Expected(
        tasks=succeeded(
            "try_default", "try_workarounds", "try_toolkit", "exceed_a_limit", "write_report", "count_lines"
        ),
        xcoms={
            "try_default": {**_ON_ANY_DATABASE, **on_this_database},
            "try_workarounds": dict.fromkeys(_TRIED, "kept"),
            "try_toolkit": {**_KEPT, "a generator": "UnsupportedTypeError at push"},
            "exceed_a_limit": {
                "rows": {"BaseXCom": 2_000_002, "ToolkitXComBackend": _ABOUT_1_KB},
                "refused": "ValueTooLargeError",
                "size": Such(int, lambda size: 2_000_000 <= size < 2_000_100),
                "limit": 1_000_000,
            },
            "exceed_a_limit#large": "x" * 2_000_000,
            "write_report": Such(ObjectStoragePath, lambda path: path.name == "report.csv"),
            "count_lines": 200_000,
        },
    )


def _is_frame(frame: pd.DataFrame, cell: type, freq: str | None, attrs: dict[str, Any]) -> bool:
    return (
        frame.shape == (10_000, 4)
        and frame.dtypes.astype(str).to_dict()
        == {"item": "category", "quantity": "Int64", "price": "float64", "size": "object"}
        and frame["quantity"].isna().sum() == 100
        and {type(one) for one in frame["size"]} == {cell}
        and list(frame["size"].iloc[11]) == ["EU", "37"]
        and frame.index.freqstr == freq
        and str(frame.index.tz) == "Europe/Zurich"
        and frame.attrs == attrs
    )


_ATTRS = {"shop": "Zurich", "exported": date(2026, 1, 2)}
_FRAME = Such(pd.DataFrame, lambda frame: _is_frame(frame, tuple, "min", _ATTRS))
_FRAME_BY_DEFAULT = Such(pd.DataFrame, lambda frame: _is_frame(frame, np.ndarray, None, {}))
_CHANGED_IN_FRAME = {
    "size": ["tuple", "ndarray"],
    "frequency": ["<Minute>", "None"],
    "attrs": ["{'shop': 'Zurich', 'exported': datetime.date(2026, 1, 2)}", "{}"],
}


def _dataframes(frame: Such, changed: dict[str, list[str]]) -> Expected:
    return Expected(
        tasks=succeeded("load_orders", "compare", "look_at_pickling", "weigh", "summarize"),
        xcoms={
            "load_orders": frame,
            "compare": changed,
            "look_at_pickling": {
                "written as": "PAR1",
                "by default": {
                    "a Series": "TypeError",
                    "an Index": "TypeError",
                    "numbers and texts in a column": "ArrowInvalid",
                    "two columns of one name": "ValueError",
                    "a function in a cell": "ArrowInvalid",
                },
                "by the toolkit": {
                    "a Series": "taken",
                    "an Index": "taken",
                    "numbers and texts in a column": "taken",
                    "two columns of one name": "taken",
                    "a function in a cell": "UnsupportedTypeError",
                },
            },
            "weigh": Such(dict, _are_weights_of_frames),
            "summarize": {"laces": 50.0, "shoes": 49.91, "socks": 50.08},
        },
    )


def _are_weights_of_frames(sizes: dict[str, Any]) -> bool:
    default, arrow, parquet = sizes["BaseXCom"], sizes["ToolkitXComBackend"], sizes["ParquetXCom"]
    return (
        sizes["refused"] == "ValueTooLargeError, 100000 bytes allowed"
        and default["row"] > 100 * arrow["row"]
        and default["row"] > 100 * parquet["row"]
        and default["row"] > 1.8 * parquet["object"]
        and arrow["object"] > parquet["object"] > 100_000
    )


def _unreadable(error: str) -> Such:
    return Such(RuntimeError, lambda found: str(found).startswith(f"{error}: "))


def _custom_types(
    refusal: str,
    received: str,
    order: Order,
    newer: str,
    note_is_pushed: str,
    note_is_pulled: str,
    left: dict[str, Any],
) -> Expected:
    """``newer`` is the error of a voucher that is too new."""
    return Expected(
        tasks=succeeded(
            "place_order",
            "receive_order",
            "issue_voucher",
            "redeem_voucher",
            "fill_cart",
            "check_out",
            "push_other_releases",
            "pull_other_releases",
        ),
        xcoms={
            "place_order": order,
            "receive_order": received,
            "issue_voucher": Such(Voucher, lambda found: vars(found) == {"code": "NEW2026", "percent": 20}),
            "redeem_voucher": "Voucher NEW2026: 80 % are to be paid",
            "fill_cart": {"Cart": refusal, "SavedCart": "pushed"},
            "fill_cart#SavedCart": Such(
                SavedCart, lambda found: (found.customer, found.prices) == ("Ada", [89.5]) and not found.lock.locked()
            ),
            "check_out": "Ada pays 93.50",
            "push_other_releases": {"newer": "pushed", "renamed": "pushed", "note": note_is_pushed},
            "pull_other_releases": {"newer": newer, "renamed": "ImportError", "note": note_is_pulled},
            "push_other_releases#newer": _unreadable(newer),
            "push_other_releases#renamed": _unreadable("ImportError"),
            **left,
        },
    )


EXPECTED = {
    "07_02_01_xcom_with_json": {DEFAULT: _json(_STOCK_BY_DEFAULT, _CHANGED), TOOLKIT: _json(_STOCK, ())},
    "07_02_02_xcom_with_lists_and_dicts": {
        DEFAULT: _lists_and_dicts(_WEIGHTS),
        TOOLKIT: _lists_and_dicts({"records": _ABOUT_1_KB, "columns": _ABOUT_1_KB}),
    },
    "07_02_04_xcom_with_binary_data": {
        DEFAULT: _binary_data({"push_bytes": _NO_BYTES, "pull_bytes": "NoneType, not the picture"}),
        TOOLKIT: _binary_data(
            {
                "push_bytes#thumbnail": Such(bytes, lambda data: data.startswith(_PNG)),
                "push_bytes": "pushed",
                "pull_bytes": "bytes, the same",
            }
        ),
    },
    "07_02_05_xcom_serialization_limits": {DEFAULT: _limits(_ON_SQLITE), TOOLKIT: _limits(_ON_POSTGRESQL)},
    "07_02_03_xcom_with_pandas_dataframes": {
        DEFAULT: _dataframes(_FRAME_BY_DEFAULT, _CHANGED_IN_FRAME),
        TOOLKIT: _dataframes(_FRAME, {}),
    },
    "07_02_06_xcom_with_custom_types": {
        DEFAULT: _custom_types(
            refusal="TypeError",
            received="Order of 2 lines, each a dict",
            order=Order(1001, [{"item": "shoes", "quantity": 1}, {"item": "socks", "quantity": 3}]),  # type: ignore[list-item]
            newer="TypeError",
            note_is_pushed="pushed",
            note_is_pulled="ImportError",
            left={"push_other_releases#note": _unreadable("ImportError")},
        ),
        TOOLKIT: _custom_types(
            refusal="UnsupportedTypeError",
            received="Order of 2 lines, each a Line",
            order=Order(1001, [Line("shoes", 1), Line("socks", 3)]),
            newer="EnvelopeError",
            note_is_pushed="UnsupportedTypeError",
            note_is_pulled="nothing was pushed",
            left={},
        ),
    },
}
