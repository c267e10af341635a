"""What Airflow's own backends break on is found, and nothing else."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend
from airflow.sdk.bases.xcom import BaseXCom

from airflow_xcom_toolkit import SerdeXComBackend
from airflow_xcom_toolkit.cli.audit.breaks import CHECKS, PACKET
from airflow_xcom_toolkit.cli.audit.configured import STOCK, TOOLKIT
from airflow_xcom_toolkit.envelope import Envelope, Header
from airflow_xcom_toolkit.testing.values import EXAMPLES, JSON_EXAMPLES
from tests.unit.cli.audit.rows import look
from tests.unit.conftest import SetOptions

UUID = "0192aaaa-bbbb-cccc-dddd-000000000001"
BELOW = f"file:///srv/xcom/dag/run/task/{UUID}"


def obj(name: Any, version: Any = 1) -> dict[str, Any]:
    return {"__classname__": name, "__version__": version, "__data__": 1}


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


FOUND: dict[str, list[Any]] = {
    "reference-elsewhere": [f"file:///srv/old/dag/run/task/{UUID}", f"s3://bucket/d/r/t/ti-{UUID}/return_value.json"],
    "reference-other-connection": [f"file://conn@/srv/xcom/dag/run/task/{UUID}"],
    "reference-leaves": [f"file:///srv/xcom/../other/{UUID}"],
    "text-below-path": ["file:///srv/xcom/report.csv"],
    "reference-not-followed": [BELOW],
    "class-not-allowed": [obj("acme.Order"), {"orders": [obj("acme.Order")]}, [obj("airflow_xcom_toolkit.Other")]],
    "class-unreadable": [obj(""), obj(3), obj("acme.Order", "1")],
    "old-serialization": [{"__type": "timedelta", "__var": 3.0}, [{"a": {"__type": "set", "__var": []}}]],
    "complex-number": [obj("numpy.complex128"), {"a": [obj("numpy.complex64")]}],
    "nul": ["a\x00b", {"a\x00": 1}, [["\x00"]]],
    "surrogate": ["\ud800", {"\udfff": 1}],
    "large-integer": [2**64, [-(2**63) - 1], {"a": {"b": 10**30}}],
    "not-finite": [float("nan"), [float("inf")], {"a": -float("inf")}],
    "float-on-postgresql": [[1e20], {"a": -0.0}, [-3e300]],
    "number-on-sqlite": [1.0, 0.1 + 0.2, 1e20, 2**63],
    "deep": [nested(32), {"a": nested(31)}],
    "larger-than-a-packet": ["x" * PACKET],
}
SEVERAL = {"float-on-postgresql", "number-on-sqlite", "large-integer"}
"""Of these, one number may be more than one."""
CASES = [(check, number) for check, values in FOUND.items() for number in range(len(values))]
VERY_DEEP = ("deep", len(FOUND["deep"]))


@pytest.mark.parametrize(("check", "number"), [*CASES, VERY_DEEP])
def test_it_is_found_and_called_by_its_name(check: str, number: int) -> None:
    text = "[" * 5000 + "]" * 5000 if (check, number) == VERY_DEEP else json.dumps(FOUND[check][number])
    breaks = set(look(text=text).breaks)
    assert check in breaks
    assert breaks <= {check} | (SEVERAL if check in SEVERAL else set())


@pytest.mark.parametrize("name", JSON_EXAMPLES)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_plain_json_that_every_backend_keeps_is_not_named(name: str, database: str) -> None:
    assert look(EXAMPLES[name].make(), database=database).breaks == ()


@pytest.mark.parametrize("name", EXAMPLES)
def test_rows_of_the_toolkit_are_not_named(name: str, options: SetOptions) -> None:
    """Whatever value they are of."""
    options()
    row = SerdeXComBackend.serialize_value(EXAMPLES[name].make(), key="key")
    assert look(row, kind=TOOLKIT).breaks == ()


def test_every_class_of_airflows_own_serialization_is_allowed() -> None:
    """Tuples, dates and frames in rows of the stock backends are no findings."""
    from airflow_xcom_toolkit.compat import serde

    for value in ((1, 2), {3}, Decimal("1.5"), datetime.now(timezone.utc), pd.DataFrame({"a": [1]}), np.int64(3)):
        assert look({"nested": serde().serialize(value)}).breaks == ()


def test_a_class_that_the_deployment_allows_is_not_named(options: SetOptions) -> None:
    options(allowed_deserialization_classes="airflow.* acme.*")
    assert look(obj("acme.Order")).breaks == ()


def test_the_stock_backend_follows_its_references() -> None:
    """Under BaseXCom they are values."""
    assert look(BELOW, kind=STOCK).breaks == ()
    assert look(BELOW, kind=TOOLKIT).breaks == ()
    assert look(BELOW, kind=STOCK).object_bytes is None


def test_without_a_path_a_reference_is_one_to_somewhere_else() -> None:
    assert look(BELOW, path="").breaks == ("reference-elsewhere",)


def test_a_number_that_sqlite_changes_is_named_there_alone() -> None:
    assert look(1.0, database="postgresql").breaks == ()


def test_an_envelope_is_named_where_nobody_can_read_it() -> None:
    row = Envelope(Header("py.tuple@1", "[]")).to_row()
    assert look(row, reads_envelopes=False).breaks == ("envelope-not-allowed",)
    assert look(row, reads_envelopes=True).breaks == ()


def test_what_breaks_breaks_on_airflows_own_backend(options: SetOptions) -> None:
    """A pull fails, or gives something else."""
    options()
    for check in ("class-not-allowed", "class-unreadable"):
        for value in FOUND[check]:
            with pytest.raises((ImportError, ValueError, TypeError)):
                pulled(BaseXCom, value)
    for value in FOUND["old-serialization"]:
        assert outcome(value) != value


def test_a_complex_number_loses_its_imaginary_part() -> None:
    from airflow_xcom_toolkit.compat import serde

    with pytest.warns(np.exceptions.ComplexWarning):
        row = serde().serialize(np.complex128(1 + 2j))
    assert look(row).breaks == ("complex-number",)
    assert pulled(BaseXCom, row) == 1


def test_a_text_below_the_path_is_followed_and_deleted_by_the_stock_backend(
    options: SetOptions, tmp_path: Path
) -> None:
    options()
    file = tmp_path / "store" / "report.json"
    file.parent.mkdir()
    file.write_text('"of another task"')
    text = f"file://{file}"
    assert look(text, path=f"file://{tmp_path}/store").breaks == ("text-below-path",)
    assert pulled(XComObjectStorageBackend, text) == "of another task"
    XComObjectStorageBackend.purge(SimpleNamespace(value=text))
    assert not file.exists()


def test_every_check_has_a_test_and_says_what_and_why() -> None:
    assert {*FOUND, "object-gone", "envelope-not-allowed"} == set(CHECKS)
    for check in CHECKS.values():
        assert check.what[0].isupper()
        assert check.why.endswith(".")


def pulled(backend: Any, row: Any) -> Any:
    return backend.deserialize_value(SimpleNamespace(value=row))


def outcome(row: Any) -> Any:
    try:
        return pulled(BaseXCom, row)
    except Exception as e:
        return e
