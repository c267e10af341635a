"""The picture of the results."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from airflow_xcom_toolkit.cli.bench.plot import draw
from airflow_xcom_toolkit.cli.bench.results import Line, Results, Section

CURVE = [Line("push by bytes of an array", "toolkit", (x / 1e9,), x=x) for x in (10**3, 10**6, 10**9)]
MEMORY = [Line("memory to push by bytes of an array", "toolkit", (float(x),), "B", x=x) for x in (0, 10**6)]
BARS = [Line("push", "bare", (1.0,)), Line("push", "toolkit", (1.2,), against="bare", most=1.3)]


@pytest.fixture
def results() -> Results:
    sections = [Section("speed", "Speed", BARS), Section("growth", "Growth", [*CURVE, *MEMORY])]
    return Results("0.5.0", {}, {}, {}, {}, sections)


def test_an_svg_has_its_text_as_text_in_the_ink_of_the_reader(results: Results, tmp_path: Path) -> None:
    """And is small, and the same each time."""
    for name in ("one.svg", "two.svg"):
        draw(results, tmp_path / name)
    text = (tmp_path / "one.svg").read_text()
    shown = "".join(ElementTree.fromstring(text).itertext())
    assert "time by bytes of an array" in shown
    assert "1.20 ×" in shown
    assert "prefers-color-scheme: dark" in text
    assert "fill: currentColor" in text
    assert "#1f2933" not in text.partition("</style>")[2]
    assert len(text) < 60_000
    assert text == (tmp_path / "two.svg").read_text()


def test_a_png(results: Results, tmp_path: Path) -> None:
    draw(results, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_of_nothing_there_is_an_empty_picture(tmp_path: Path) -> None:
    draw(Results("0.5.0", {}, {}, {}, {}, []), tmp_path / "plot.svg")
    assert (tmp_path / "plot.svg").exists()
