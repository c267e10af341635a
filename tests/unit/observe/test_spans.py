"""What a trace shows. These tests run on each Airflow that is supported."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan

from airflow_xcom_toolkit import ToolkitXComBackend
from airflow_xcom_toolkit.errors import IntegrityError
from tests.pipelines import objects
from tests.unit.conftest import SetOptions
from tests.unit.observe.values import ARRAY, FAR, pull, purge, push

Spans = Callable[[], list[ReadableSpan]]


def test_each_push_pull_and_purge_is_a_span(spans: Spans, options: SetOptions) -> None:
    options(**FAR)
    row = push(ARRAY)
    pull(row)
    purge(row)
    assert [span.name for span in spans()] == ["xcom.push", "xcom.pull", "xcom.purge"]


def test_it_says_whose_xcom_it_is_and_where_it_is(spans: Spans, options: SetOptions) -> None:
    options(**FAR)
    row = push(ARRAY)
    [span] = spans()
    found = dict(span.attributes or {})
    seconds = {name: found.pop(name) for name in list(found) if name.endswith("_seconds")}
    assert set(seconds) == {"xcom.dump_seconds", "xcom.encode_seconds", "xcom.store_seconds"}
    assert found.pop("xcom.row_bytes")
    assert found == {
        "airflow.dag_id": "d",
        "airflow.task_id": "t",
        "airflow.dag_run.run_id": "r",
        "airflow.task_instance.map_index": -1,
        "xcom.key": "k",
        "xcom.place": "offloaded",
        "xcom.object_bytes": row["__data__"]["body"]["size"],
        "xcom.store": "default",
        "xcom.encrypted": False,
        "xcom.type": "numpy.ndarray@1",
    }


def test_it_is_a_child_of_the_span_of_the_task(spans: Spans) -> None:
    with trace.get_tracer("airflow").start_as_current_span("worker.t"):
        push({"a": 1})
    pushed, task = spans()
    assert pushed.parent is not None
    assert pushed.parent.span_id == task.context.span_id


def test_so_it_is_in_the_threads_of_a_coroutine(spans: Spans, options: SetOptions) -> None:
    options(**FAR)
    rows = [(push(ARRAY + number), None) for number in range(4)]
    with trace.get_tracer("airflow").start_as_current_span("worker.t") as task:
        asyncio.run(ToolkitXComBackend.aload_rows(rows))
    pulls = [span for span in spans() if span.name == "xcom.pull"]
    assert len(pulls) == 4
    assert {span.parent and span.parent.span_id for span in pulls} == {task.get_span_context().span_id}


def test_a_failure_is_told_by_its_class_alone(spans: Spans, options: SetOptions, tmp_path: Path) -> None:
    """Messages of other libraries may have anything in them."""
    options(**FAR)
    row = push(ARRAY)
    [file] = objects(tmp_path / "store")
    file.write_bytes(b"x" * file.stat().st_size)
    with pytest.raises(IntegrityError):
        pull(row)
    [_, pulled] = spans()
    assert pulled.status.status_code is trace.StatusCode.ERROR
    assert pulled.status.description == "IntegrityError"
    assert (pulled.attributes or {})["error.type"] == "IntegrityError"
    assert not pulled.events


def test_no_span_is_made_where_traces_are_off(
    spans: Spans, options: SetOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__TRACES__OTEL_ON", "False")
    options()
    pull(push(ARRAY))
    assert not spans()


def test_nothing_stays_the_current_span(spans: Spans) -> None:
    push(ARRAY)
    assert trace.get_current_span() is trace.INVALID_SPAN
