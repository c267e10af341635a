"""The clock of the stages."""

from __future__ import annotations

import threading
import time
from io import BytesIO

import pytest

from airflow_xcom_toolkit.observe.stages import Clock, staged, staged_sink, staged_source
from airflow_xcom_toolkit.streams import ByteSink, ByteSource


@staged("inner")
def inner() -> None:
    time.sleep(0.02)


@staged("outer")
def outer() -> None:
    inner()
    time.sleep(0.01)


def test_a_stage_in_another_is_not_counted_twice() -> None:
    clock = Clock()
    outer()
    clock.stop()
    assert clock.seconds["inner"] >= 0.02
    assert clock.seconds["outer"] >= 0.01
    assert sum(clock.seconds.values()) <= clock.total


def test_an_error_ends_its_stage() -> None:
    @staged("failing")
    def fail() -> None:
        raise ValueError

    clock = Clock()
    with pytest.raises(ValueError):
        fail()
    inner()
    clock.stop()
    assert set(clock.seconds) == {"failing", "inner"}


def test_bytes_on_their_way_are_of_the_stage_that_takes_or_gives_them() -> None:
    clock = Clock()
    sink = ByteSink()
    staged_sink("store", sink).write(b"abc")
    source = staged_source("fetch", ByteSource(b"abc"))
    assert source.read(1) + source.read() == sink.data == b"abc"
    clock.stop()
    assert set(clock.seconds) == {"store", "fetch"}


def test_what_a_library_reads_in_a_thread_of_its_own_is_not_measured() -> None:
    """The thread of the pull waits for it, in its own stage."""
    clock = Clock()
    source = staged_source("fetch", ByteSource(b"abc"))
    found = BytesIO()
    thread = threading.Thread(target=lambda: found.write(source.read()))
    thread.start()
    thread.join()
    clock.stop()
    assert found.getvalue() == b"abc"
    assert not clock.seconds


def test_where_nobody_measures_nothing_stands_in_the_way() -> None:
    sink, source = ByteSink(), ByteSource(b"")
    assert staged_sink("store", sink) is sink
    assert staged_source("fetch", source) is source


def test_a_value_that_is_pulled_while_another_is_pushed_has_its_own() -> None:
    pushing = Clock()
    pulling = Clock()
    inner()
    pulling.stop()
    pushing.stop()
    assert set(pulling.seconds) == {"inner"}
    assert not pushing.seconds
