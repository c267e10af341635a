"""What a threshold does, and which is recommended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from airflow_xcom_toolkit.cli.audit.seen import Seen
from airflow_xcom_toolkit.cli.audit.thresholds import ENVELOPE_BYTES, USUAL, Thresholds
from tests.docs.pages import DOCS
from tests.pipelines import AT, pipeline
from tests.unit.cli.audit.rows import seen


def report(values: list[Seen], configured: int = -1) -> Any:
    made = Thresholds(configured)
    for value in values:
        made.add(value)
    return made.report()


MIXED = [seen(size) for size in (0, 10, 1023, 1024, 1025, 4096, 4097, 70_000, 3_000_000)]


@pytest.mark.parametrize("configured", [-1, 0, 4000, 4096])
def test_the_table_is_what_counting_anew_for_each_threshold_gives(configured: int) -> None:
    table = report(MIXED, configured)["table"]
    sizes = [value.row_bytes for value in MIXED]
    assert [line["threshold"] for line in table] == sorted({2**n for n in range(10, 21)} | {configured} - {-1})
    for line in table:
        above = [size for size in sizes if size > line["threshold"]]
        assert line["rows_offloaded"] == len(above)
        assert line["requests_saved"] == 2 * (len(sizes) - len(above))
        assert line["database_bytes"] == sum(sizes) - sum(above) + ENVELOPE_BYTES * len(above)


def test_an_object_that_a_higher_threshold_would_keep_in_its_row_counts_there() -> None:
    """As base64."""
    lines = {line["threshold"]: line for line in report([seen(3000, objects=3000)])["table"]}
    assert (lines[2048]["database_bytes"], lines[4096]["database_bytes"]) == (400, 4400)


def test_a_row_with_its_body_in_a_store_is_about_as_long_as_is_assumed(tmp_path: Path) -> None:
    row = pipeline(tmp_path, threshold=0).push({"a": list(range(1000))}, AT)
    assert ENVELOPE_BYTES * 0.5 < len(str(row)) < ENVELOPE_BYTES * 1.5


@pytest.mark.parametrize(
    ("control", "expected"),
    [([100] * 200, 1024), ([100] * 197 + [1500] * 3, 2048), ([5000] * 10, 8192), ([16_384] * 3, 16_384)],
)
def test_the_smallest_threshold_is_recommended_that_keeps_control_flow_in_its_rows(
    control: list[int], expected: int
) -> None:
    """However much data there is besides."""
    for data in ([], [10_000_000] * 5, [100_000] * 1000):
        found = report([seen(size) for size in (*control, *data)])
        assert found["recommended"] == expected
        assert f"{expected:,} bytes" in found["reason"]


def test_where_nothing_is_longer_the_reason_says_that_it_changes_nothing() -> None:
    assert "changes nothing today" in report([seen(10)])["reason"]


def test_without_small_values_the_threshold_of_the_documentation_is_recommended() -> None:
    found = report([seen(1_000_000)])
    assert found["recommended"] == USUAL
    assert f"xcom_objectstorage_threshold = {USUAL}" in (DOCS / "how-to" / "offload.md").read_text()
    assert report([])["recommended"] == USUAL


def test_the_distribution_has_every_value_once() -> None:
    made = Thresholds(-1)
    for value in MIXED:
        made.add(value)
    buckets = made.distribution()
    assert sum(bucket["rows"] for bucket in buckets) == len(MIXED)
    assert {bucket["up_to"]: bucket["rows"] for bucket in buckets}[4096] == 1
    assert [bucket["up_to"] for bucket in buckets] == [2**n for n in range(23)]
