"""The wire format."""

from __future__ import annotations

import json

import pytest

from airflow_xcom_toolkit.abc import Reference
from airflow_xcom_toolkit.envelope import Body, Envelope, Header, Sealed, clean_summary, is_envelope

HEADER = Header("py.tuple@1", '{"~":"py.tuple@1"}', {"length": 0})


@pytest.mark.parametrize(
    "body",
    [None, b"\x00\xff", Sealed("t", "00ff00ff"), Reference("default", "a/b", 3, "00"), Reference("default", "a/b", 3)],
    ids=str,
)
@pytest.mark.parametrize("header", [HEADER, Header("json@1", (0, 9)), Sealed("token", "3fa1c2d4")], ids=str)
def test_an_envelope_is_read_as_it_was_written(header: Header | Sealed, body: Body) -> None:
    envelope = Envelope(header, body, ({"name": "gzip"},))
    row = json.loads(json.dumps(envelope.to_row()))
    assert is_envelope(row)
    assert Envelope.from_row(row) == envelope


def test_a_sealed_row_has_nothing_that_describes_the_value() -> None:
    row = Envelope(Sealed("token", "id")).to_row()
    assert set(row["__data__"]) == {"sealed", "codecs", "body"}  # type: ignore[arg-type]


def test_no_token_is_in_a_repr() -> None:
    assert "token-text" not in repr(Envelope(Sealed("token-text", "3fa1c2d4")))


def test_the_row_describes_itself_to_airflow() -> None:
    row = Envelope(HEADER).to_row()
    assert (row["__classname__"], row["__version__"]) == ("airflow_xcom_toolkit.Envelope", 1)


@pytest.mark.parametrize("row", [None, 1, "x", [], {}, {"__classname__": "acme.Envelope"}], ids=repr)
def test_other_rows_are_no_envelopes(row: object) -> None:
    assert not is_envelope(row)


def test_a_summary_is_short_and_kept_by_every_database() -> None:
    summary = {"shape": [3, 4], "dtype": "x\x00\ud800" * 100, "big": 2**80, "nan": float("nan"), "none": None}
    text = json.dumps(clean_summary(summary), allow_nan=False)
    assert clean_summary(summary)["shape"] == [3, 4]
    assert "\\u0000" not in text
    assert text.isascii()
    assert len(text) < 200
