"""7.3 XCom Backends."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .model import Expected, Such, instances, succeeded


def _orders(count: int) -> list[dict[str, Any]]:
    return [{"id": 1000 + number, "item": "nut", "price": 0.25} for number in range(count)]


_PAID_ORDERS = [{"id": 1000 + number, "item": "nut", "price": 0.25, "paid": True} for number in range(5000)]
_BOLTS = [{"id": 1000 + number, "item": "bolt", "price": 0.5} for number in range(500)]
_PHOTO = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4

_SPEED = Such(float, lambda found: found > 0)
_BACKENDS = ("BareJson", "BaseXCom", "SerdeXComBackend", "FernetXComBackend", "ThresholdXComBackend")


def _url(start: str, dag_id: str, task: str) -> Such:
    """Of an object below a path, named after whose XCom it is."""
    return Such(str, lambda url: url.startswith(f"{start}/{dag_id}/") and f"/{task}/" in url)


def _measured(rows: dict[str, Any]) -> dict[str, Any]:
    """Times, and the bytes of each backend's row."""
    return {name: {"push_ms": _SPEED, "pull_ms": _SPEED, "row_bytes": rows[name]} for name in _BACKENDS}


def _between(least: int, most: int) -> Such:
    return Such(int, lambda found: least <= found <= most)


_GONE = {"XComObjectStorageBackend": "the path, as if it were the value"}
_SMALL_ROWS = dict.fromkeys(_BACKENDS, 105) | {"FernetXComBackend": _between(300, 1500)}
_LARGE_ROWS = dict.fromkeys(_BACKENDS, 948_890) | {
    "FernetXComBackend": Such(int, lambda found: found > 948_890),
    "ThresholdXComBackend": _between(200, 900),
}


def _side(backend: str, row: Any, stored: Any = 0, *, kept: bool = True, readable: bool = True) -> dict[str, Any]:
    """What `prove` writes down of one backend."""
    found = {"backend": backend, "kept": kept, "row_bytes": row, "object_bytes": stored, "readable": readable}
    return found | ({"object_gone": _GONE.get(backend, "ObjectMissingError")} if stored else {})


def _refused(backend: str) -> dict[str, Any]:
    return {"backend": backend, "refused": "TypeError"}


_PROOFS = {
    "small JSON, and nothing secret": (_side("BaseXCom", 64), None),
    "types that JSON does not have": (
        _side("SerdeXComBackend", _between(100, 500), readable=False),
        _refused("BaseXCom"),
    ),
    "large JSON": (
        _side("ThresholdXComBackend", _between(200, 900), _between(50_000, 70_000)),
        _side("XComObjectStorageBackend", _between(50, 300), 66_000),
    ),
    "large values of any type": (
        _side("ThresholdXComBackend", _between(200, 900), _between(50_000, 70_000)),
        _refused("XComObjectStorageBackend"),
    ),
    "secrets, or personal data": (
        _side("FernetXComBackend", _between(300, 1500), readable=False),
        _side("SerdeXComBackend", 64),
    ),
    "data whose fields change": (
        _side("VersionedXComBackend", _between(100, 900)),
        _side("SerdeXComBackend", 64, kept=False),
    ),
    "several of these": (
        _side("ToolkitXComBackend", _between(300, 1500), _between(50_000, 70_000), readable=False),
        _side("ThresholdXComBackend", _between(200, 900), _between(50_000, 70_000)),
    ),
}


EXPECTED = {
    "07_03_01_default_xcom_backend": Expected(
        tasks=succeeded("keep", "alter", "refuse", "weigh", "report"),
        xcoms={
            "keep#order": {
                "id": 1001,
                "items": ["nut", "bolt"],
                "total": 89.5,
                "paid": True,
                "note": None,
                "password": "s3cret",
            },
            "keep": '{"id": 1001, "items": ["nut", "bolt"], "total": 89.5, "paid": true, "note": null, '
            '"password": "s3cret"}',
            "alter#key": {"1": "nut"},
            "alter#enum": "S",
            "alter#named tuple": ("A", 7),
            "alter#money": Decimal("12345678901234568"),
            "alter": {
                "key": {"before": "{1: 'nut'}", "after": "{'1': 'nut'}"},
                "enum": {"before": "<Size.SMALL: 'S'>", "after": "'S'"},
                "named tuple": {"before": "Place(shelf='A', box=7)", "after": "('A', 7)"},
                "money": {
                    "before": "Decimal('12345678901234567.89')",
                    "after": "Decimal('12345678901234568')",
                },
            },
            "refuse": {
                "bytes": "TypeError",
                "path": "TypeError",
                "complex": "TypeError",
                "reserved key": "AttributeError",
            },
            "weigh#10 orders": _orders(10),
            "weigh#100 orders": _orders(100),
            "weigh#1000 orders": _orders(1000),
            "weigh": {"10 orders": 440, "100 orders": 4_400, "1000 orders": 44_000},
            "report": {"order": 1001, "key": {"1": "nut"}, "refused": None, "orders": 1000},
        },
        clear={
            "keep#order",
            "alter#key",
            "alter#enum",
            "alter#named tuple",
            "alter#money",
            "weigh#10 orders",
            "weigh#100 orders",
            "weigh#1000 orders",
        },
    ),
    "07_03_02_s3_xcom_backend": Expected(
        tasks=succeeded("preflight", "extract", "locate", "export", "total"),
        xcoms={
            "preflight": ["put", "get", "delete"],
            "extract#orders": _PAID_ORDERS,
            "extract#summary": {"orders": 5000},
            "locate": {
                "url": _url("s3://aws_admin@xcom/xcom", "07_03_02_s3_xcom_backend", "extract"),
                "row_bytes": _between(200, 900),
                "object_bytes": 250_001,
                "begins_with": '[{"id":1000,',
                "summary_is_in_its_row": True,
            },
            "export": 250_001,
            "total": {"orders": 5000, "price": 1250.0},
        },
        clear={"extract#orders", "extract#summary"},
    ),
    "07_03_03_gcs_xcom_backend": Expected(
        tasks=succeeded("find_bucket", "extract", "read", "look"),
        xcoms={
            "find_bucket": {
                "bucket": "xcom",
                "prefix": "xcom",
                "connection": "google_emulator",
                "authentication": "none: anonymous",
            },
            "extract#orders": _BOLTS,
            "read": {"orders": 500, "same": True, "last": {"id": 1499, "item": "bolt", "price": 0.5}},
            "look": {
                "store": "gcs",
                "url": _url("gs://google_emulator@xcom/xcom", "07_03_03_gcs_xcom_backend", "extract"),
                "bytes": 19_001,
                "as_the_row_says": True,
            },
        },
        clear={"extract#orders"},
    ),
    "07_03_04_custom_xcom_backend": Expected(
        tasks=succeeded("register", "from_scratch", "on_the_toolkit", "report"),
        xcoms={
            "register": "airflow_xcom_toolkit.example_dags.shop_backend.ShopXComBackend",
            "from_scratch#prices": Such(dict, lambda row: row.keys() == {"zipped"} and len(row["zipped"]) < 10_000),
            "from_scratch": {
                "same": True,
                "json_bytes": 47_790,
                "row_bytes": Such(int, lambda found: found < 47_790 / 4),
                "photo": "TypeError",
            },
            "on_the_toolkit#photo": _PHOTO,
            "on_the_toolkit": {"same": True, "refuses_above": 100_000_000},
            "report": {"photo": "bytes", "photo_is_the_same": True, "prices": ["zipped"]},
        },
        logs={"on_the_toolkit": "was pushed in"},
        clear={"from_scratch#prices"},
    ),
    "07_03_05_xcom_backend_performance": Expected(
        tasks=succeeded("latency", "throughput", "bench", "compare"),
        xcoms={
            "latency": {**_measured(_SMALL_ROWS), "through_airflow": {"both_ms": _SPEED}},
            "throughput": _measured(_LARGE_ROWS),
            "bench": {"push, JSON of 100 bytes": _SPEED, "pull, JSON of 100 bytes": _SPEED},
            "compare": {
                "through_airflow_by_backend": Such(float, lambda found: found > 100),
                "push_by_bare_json": dict.fromkeys(_BACKENDS, _SPEED),
                "pull_by_bare_json": dict.fromkeys(_BACKENDS, _SPEED),
                "by_the_command": {"push, JSON of 100 bytes": _SPEED, "pull, JSON of 100 bytes": _SPEED},
            },
        },
        logs={"compare": "| ThresholdXComBackend |"},
    ),
    "07_03_06_xcom_backend_selection": Expected(
        tasks={**instances("prove", 7), **succeeded("recommend")},
        xcoms={
            **{
                f"prove[{index}]": {"have": have, "chosen": chosen, "simpler": simpler}
                for index, (have, (chosen, simpler)) in enumerate(_PROOFS.items())
            },
            "recommend": {have: chosen["backend"] for have, (chosen, _) in _PROOFS.items()},
        },
        logs={"recommend": "| several of these | ToolkitXComBackend |"},
    ),
}
