"""What the parts of the way to a database and back do to a row, seen without a server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from airflow_xcom_toolkit.compat import airflow_version
from airflow_xcom_toolkit.testing.database.ways import (
    RowRefusedError,
    in_database,
    in_jsonb,
    in_mariadb,
    in_sqlite,
    key_on_server,
    over_socket,
    to_server,
)
from airflow_xcom_toolkit.testing.same import assert_same

NAN, INF = float("nan"), float("inf")


def _nested(levels: int, row: Any = 1) -> Any:
    for _ in range(levels):
        row = [row]
    return row


def _set_message(row: Any) -> Any:
    from airflow.sdk.execution_time.comms import SetXCom

    return SetXCom(key="k", value=row, dag_id="d", run_id="r", task_id="t")


def _pushed(row: Any) -> Any:
    return to_server(over_socket(_set_message(row)).value)


PLAIN = [True, 0, -1, 2**53, 0.1, 5e-324, "", "é", "\U0001f600", [], {}, [1, [None, {"a": "b"}]], {"a": 1, "b": 2}]


@pytest.mark.parametrize("row", PLAIN, ids=ascii)
def test_plain_json_comes_back_as_it_was(row: Any) -> None:
    """Everything that JSON, msgpack and all databases keep is kept."""
    assert_same(in_database(_pushed(row)), row)


CHANGED_BY_SQLITE = [(1.0, 1), (-0.0, 0), (1e15, 10**15), (2**63, float(2**63))]


@pytest.mark.parametrize(("row", "stored"), CHANGED_BY_SQLITE, ids=ascii)
def test_sqlite_keeps_a_top_level_number_as_a_number_of_its_own(row: Any, stored: Any) -> None:
    """The affinity of the column, which strings and containers escape."""
    assert_same(in_sqlite(row), stored)
    assert_same(in_sqlite([row]), [row])


def test_sqlite_keeps_text_that_looks_like_a_number() -> None:
    """Its JSON has quotes around it."""
    assert in_sqlite("1.0") == "1.0"


CHANGED_BY_JSONB = [
    ([-0.0], [0.0]),
    ([1e20], [10**20]),
    ([1e300], [10**300]),
    ([-1.5e16], [-15 * 10**15]),
    ({"b": 1, "aa": 2, "a": 3}, {"a": 3, "b": 1, "aa": 2}),
    ({"é": 1, "zz": 2, "z": 3}, {"z": 3, "zz": 2, "é": 1}),
    ({1: "int", "1": "text"}, {"1": "text"}),
]


@pytest.mark.parametrize(("row", "stored"), CHANGED_BY_JSONB, ids=ascii)
def test_jsonb_gives_back_what_its_numbers_and_keys_allow(row: Any, stored: Any) -> None:
    """Numbers are decimal, keys are sorted, and equal keys are one."""
    assert_same(in_jsonb(row), stored)


REFUSED_BY_JSONB: dict[str, Any] = {
    "nul in a string": "a\0b",
    "nul in a list": [["\0"]],
    "nul in a key": {"\0": 1},
    "nul behind a backslash": "\\\0",
    "high surrogate": "\ud800",
    "low surrogate in a key": {"\udc00": 1},
    "nan": NAN,
    "infinity": [-INF],
}


@pytest.mark.parametrize("name", REFUSED_BY_JSONB)
def test_jsonb_refuses_what_it_cannot_hold(name: str) -> None:
    """With an error that says which part of the way it was."""
    with pytest.raises(RowRefusedError, match=r"^PostgreSQL \(JSONB\) refuses the row "):
        in_jsonb(REFUSED_BY_JSONB[name])


@pytest.mark.parametrize("row", ["\\u0000", "\\\\u0000", {"\\u0000": 1}], ids=ascii)
def test_jsonb_keeps_text_that_only_looks_like_an_escaped_nul(row: Any) -> None:
    """A backslash, then letters."""
    assert_same(in_jsonb(row), row)


REFUSED_BY_MARIADB: dict[str, Any] = {
    "32 levels": _nested(32),
    "32 levels, the last one empty": [_nested(30, {})],
    "a lone surrogate": ["\ud800"],
    "nan": NAN,
    "infinity": [-INF],
}


@pytest.mark.parametrize("name", REFUSED_BY_MARIADB)
def test_mariadb_refuses_what_it_does_not_take_for_json(name: str) -> None:
    """With an error that says which part of the way it was."""
    with pytest.raises(RowRefusedError, match=r"^MariaDB refuses the row "):
        in_mariadb(REFUSED_BY_MARIADB[name])


@pytest.mark.parametrize("row", [-0.0, [1e300], 2**70, "\0", {"b": 1, "a": 2}, _nested(31)], ids=ascii)
def test_mariadb_gives_back_the_json_that_it_takes(row: Any) -> None:
    """Its column is text."""
    assert_same(in_mariadb(row), row)


def test_what_only_mariadb_refuses_is_refused() -> None:
    """The worse of all databases counts."""
    with pytest.raises(RowRefusedError, match=r"^MariaDB refuses the row "):
        in_database(_nested(32))


def test_the_copy_that_changed_is_handed_out() -> None:
    """SQLite's where only SQLite changes it, and PostgreSQL's where only PostgreSQL does, or both."""
    assert_same(in_database(1.0), 1)
    assert_same(in_database([1e20]), [10**20])
    assert_same(in_database(-0.0), 0.0)


REFUSED_ON_THE_WAY: dict[str, tuple[Callable[[], Any], str]] = {
    "int above 2^64": (lambda: 2**64, "msgpack"),
    "int below -2^63": (lambda: [-(2**63) - 1], "msgpack"),
    "nan": (lambda: [NAN], "HTTP JSON"),
    "infinity": (lambda: INF, "HTTP JSON"),
}


@pytest.mark.parametrize("name", REFUSED_ON_THE_WAY)
def test_the_way_to_the_server_names_the_part_that_refuses(name: str) -> None:
    """And shows the row, short."""
    make, part = REFUSED_ON_THE_WAY[name]
    with pytest.raises(RowRefusedError, match=f"^{part} refuses the row ") as refused:
        _pushed(make())
    assert refused.value.part == part


def test_a_lone_surrogate_is_refused_before_the_server() -> None:
    """By msgpack, or by pydantic as the message is built."""
    with pytest.raises((RowRefusedError, ValueError)):
        _pushed("\ud800")


def test_too_deep_a_row_is_refused_before_the_server() -> None:
    """By pydantic, as the message is built or received."""
    assert_same(_pushed(_nested(190)), _nested(190))
    with pytest.raises((RowRefusedError, ValueError)):
        _pushed(_nested(300))


def test_none_reaches_the_server_unless_it_is_too_old() -> None:
    """HTTP has no body for it, and the API server of Airflow 3.0 wants one."""
    if airflow_version().startswith("3.0."):
        with pytest.raises(RowRefusedError, match=r"^the API server refuses the row None: "):
            _pushed(None)
    else:
        assert _pushed(None) is None


@pytest.mark.parametrize(
    "key", ["a", "/", "a/b", "a//b/", "a b", "é", "a%b", "a*", "..\\..", "http://x", "x" * 2000], ids=ascii
)
def test_a_key_that_means_nothing_in_a_url_reaches_the_server_as_it_is(key: str) -> None:
    assert key_on_server(key) == key


@pytest.mark.parametrize(
    ("key", "seen"), [("a?b#c", "a"), ("a#b", "a"), ("a%2Fb", "a/b"), ("a/../b", "b"), ("./a", "a")]
)
def test_a_key_that_means_another_in_a_url_is_that_for_the_server(key: str, seen: str) -> None:
    """Airflow does not quote it."""
    assert key_on_server(key) == seen


@pytest.mark.parametrize("key", ["", ".", "..", "a/..", "../../victim", "a\nb", "\0"], ids=ascii)
def test_a_key_that_leads_elsewhere_in_a_url_is_refused(key: str) -> None:
    with pytest.raises(RowRefusedError, match="the URL of the key refuses"):
        key_on_server(key)


def test_the_message_of_a_refusal_is_short() -> None:
    """However large the row is."""
    with pytest.raises(RowRefusedError) as refused:
        in_jsonb(["x" * 10_000 + "\0"] * 1000)
    assert len(str(refused.value)) < 500
