"""The log: one line a value."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from opentelemetry.sdk.trace import ReadableSpan

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.abc import Coordinate
from airflow_xcom_toolkit.observe.lines import line
from airflow_xcom_toolkit.observe.stored import stored
from airflow_xcom_toolkit.observe.watch import untold
from tests.unit.conftest import SetOptions
from tests.unit.observe.conftest import Receiver
from tests.unit.observe.values import ARRAY, FAR, KEY, pull, purge, push

LOGGER = "airflow_xcom_toolkit.values"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What the toolkit has logged so far, without the seconds."""
    caplog.set_level(logging.INFO, LOGGER)

    def found() -> list[str]:
        ours = [record for record in caplog.records if record.name.startswith("airflow_xcom_toolkit")]
        return [re.sub(r"\d+\.\d\d s$", "N s", record.getMessage()) for record in ours]

    return found


def test_a_value_in_a_store_is_one_line_each_time(lines: Callable[[], list[str]], options: SetOptions) -> None:
    options(**FAR, xcom_objectstorage_compression="gzip")
    row = push(ARRAY)
    pull(row)
    purge(row)
    size = f"{row['__data__']['body']['size'] / 1000:.3g} kB"
    what = f"numpy.ndarray@1, {size} in store 'default', gzip, N s"
    key = row["__data__"]["body"]["key"]
    assert lines() == [
        f"Pushed XCom 'k' of d.t in run 'r': {what}",
        f"Pulled the object '{key}': {what}",
        f"Purged the object '{key}': {what}",
    ]


def test_so_is_one_in_its_row(lines: Callable[[], list[str]], options: SetOptions) -> None:
    options()
    row = push((1, 2))
    assert lines() == [f"Pushed XCom 'k' of d.t in run 'r': py.tuple@1, {len(json.dumps(row))} B in its row, N s"]


def test_the_line_of_a_pull_says_whose_xcom_it_is_where_that_is_known(
    lines: Callable[[], list[str]], options: SetOptions
) -> None:
    options()
    ToolkitXComBackend.load_row(push((1, 2)), Coordinate("d", "r", "t", 3, "k"))
    assert lines()[1].startswith("Pulled XCom 'k' of d.t[3] in run 'r': ")


def test_plain_json_has_a_line_only_where_one_debugs(
    lines: Callable[[], list[str]], options: SetOptions, caplog: pytest.LogCaptureFixture
) -> None:
    """It is Airflow's own, and there may be very many."""
    options()
    pull(push({"a": 1}))
    assert not lines()
    caplog.set_level(logging.DEBUG, LOGGER)
    options()
    pull(push({"a": 1}))
    assert [text for text in lines() if "plain JSON" in text] == [
        "Pushed XCom 'k' of d.t in run 'r': plain JSON, N s",
        "Pulled an XCom: plain JSON, N s",
    ]


def test_a_command_has_no_lines_of_the_values_that_it_handles(
    lines: Callable[[], list[str]], options: SetOptions
) -> None:
    options()
    with untold():
        push((1, 2))
    assert not lines()
    push((1, 2))
    assert len(lines()) == 1


def test_of_an_encrypted_value_nothing_shows_what_it_is(
    caplog: pytest.LogCaptureFixture,
    options: SetOptions,
    metrics: Receiver,
    spans: Callable[[], list[ReadableSpan]],
) -> None:
    """In no line, metric or span: neither its type, nor its shape, nor its names."""
    caplog.set_level(logging.DEBUG)
    options(**FAR, fernet_keys=KEY)
    frame = pd.DataFrame({"canary_column": range(12_347)})
    for value in (frame, {"canary_key": "canary_value"}):
        row = push(value)
        pull(row)
        purge(row)
    shown = [f"{dict(span.attributes or {})} {span.events} {span.status.description}" for span in spans()]
    told = "\n".join([*caplog.messages, *shown, *metrics.counts, *metrics.times, str(metrics.tags)])
    assert "encrypted, " in told
    assert len(shown) == 6
    assert not re.findall(r"canary|12347|pandas|dataframe|dict@|json@", told)


def test_a_row_that_somebody_forged_writes_no_line_of_its_own() -> None:
    row = json.loads(json.dumps(_envelope(type="x\nERROR all is lost", store="s\r", codecs=[{"name": "a\x1b[2J"}])))
    text = line("pull", None, stored(row, lambda text: False), 0.0)
    assert text.isprintable()


def test_a_row_that_nobody_expects_fails_nothing(
    caplog: pytest.LogCaptureFixture, options: SetOptions, tmp_path: Path
) -> None:
    """A backend of one's own may return any row it can load."""

    class Own(ToolkitXComBackend):
        @classmethod
        def push(cls, value: Any, at: Coordinate) -> Any:
            return _envelope(codecs=7)

    caplog.set_level(logging.INFO)
    options()
    assert push(ARRAY, Own) == _envelope(codecs=7)
    assert "cannot be told (TypeError)" in caplog.text


def _envelope(type: Any = "x@1", store: Any = "default", codecs: Any = ()) -> dict[str, Any]:
    body = {"store": store, "key": "k", "size": 9}
    data = {"type": type, "tree": "null", "codecs": codecs, "body": body}
    return {"__classname__": "airflow_xcom_toolkit.Envelope", "__version__": 1, "__data__": data}
