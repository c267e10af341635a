"""The peak of memory that some work takes."""

from __future__ import annotations

import pytest

from airflow_xcom_toolkit.cli.bench import memory_of

MB = 1_000_000


def test_memory_that_was_given_back_counts() -> None:
    """It is the peak, and not what is left."""
    peak, result = memory_of.peak_of(lambda: len(b"x" * (100 * MB)))
    assert result == 100 * MB
    assert 95 * MB < peak < 120 * MB


def test_what_was_there_before_does_not_count() -> None:
    held = bytearray(b"x" * (100 * MB))
    peak, _ = memory_of.peak_of(lambda: len(held))
    assert peak < 20 * MB


def test_a_peak_from_before_does_not_hide_a_smaller_one() -> None:
    memory_of.peak_of(lambda: len(b"x" * (200 * MB)))
    peak, _ = memory_of.peak_of(lambda: len(b"x" * (50 * MB)))
    assert 45 * MB < peak < 70 * MB


def test_free_memory_that_the_process_keeps_hides_nothing() -> None:
    """Many small pieces that were freed stay with the process, which would take them for new ones."""
    pieces = [b"x" * 100_000 for _ in range(500)]
    last = b"x" * 100_000
    del pieces
    peak, _ = memory_of.peak_of(lambda: len([b"x" * 100_000 for _ in range(500)]))
    assert len(last) == 100_000
    assert 45 * MB < peak < 70 * MB


def test_without_such_a_kernel_it_says_how_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """And measures what can be: what goes beyond all peaks before."""
    monkeypatch.setattr(memory_of, "_peak_starts_anew", lambda: False)
    before = memory_of._highest_ever()
    peak, _ = memory_of.peak_of(lambda: len(b"x" * (before + 100 * MB)))
    assert peak > 50 * MB
    assert memory_of.method() == memory_of.BY_RUSAGE
