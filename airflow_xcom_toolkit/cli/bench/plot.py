"""The curves, and the bars of the ratios, as a picture: readable in light and in dark, its text is text."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from ..pictures import COLOURS, INK, STYLE, svg
from . import words
from .results import Line, Results, Section

Panel = Callable[[Any], None]


def draw(results: Results, file: Path) -> None:
    """``.svg`` or ``.png``. Needs matplotlib."""
    matplotlib: Any = import_module("matplotlib")
    matplotlib.use("agg")
    pyplot: Any = import_module("matplotlib.pyplot")

    panels = [panel for section in results.sections for panel in _panels(section)]
    with matplotlib.rc_context(STYLE):
        rows = max(1, -(-len(panels) // 2))
        figure, axes = pyplot.subplots(rows, 2, figsize=(11, 3.6 * rows), squeeze=False, layout="constrained")
        for panel, axis in zip(panels, axes.flat):
            panel(axis)
        for axis in axes.flat[len(panels) :]:
            axis.remove()
        _save(figure, file)
        pyplot.close(figure)


def _save(figure: Any, file: Path) -> None:
    if file.suffix != ".svg":
        figure.savefig(file, dpi=130, facecolor="white")
        return
    file.write_text(_in_both_schemes(svg(figure)), encoding="utf-8")


def _in_both_schemes(text: str) -> str:
    style = f"<style>svg {{ color: {INK} }} @media (prefers-color-scheme: dark) {{ svg {{ color: #e6eaee }} }}</style>"
    head, opening, rest = text.partition("<defs>")
    return f"{head}{style}\n {opening}{rest}"


# Panels -------------------------------------------------------------------------------------------------------------

MOST_BARS = 12
"""More are for a table."""


def _panels(section: Section) -> list[Panel]:
    """A panel for the ratios of a suite, and one for each kind of curve."""
    found: list[Panel] = []
    compared = [line for line in section.lines if section.ratio(line) is not None]
    if 0 < len(compared) <= MOST_BARS:
        found.append(partial(_draw_bars, section=section, lines=compared[::-1]))
    kinds: dict[tuple[str, str], dict[str, list[Line]]] = {}
    for (work, _), lines in section.curves().items():
        what, _, of = work.partition(" by ")
        kinds.setdefault((of, lines[0].unit), {})[what] = lines
    return found + [partial(_draw_curves, of=of, unit=unit, curves=curves) for (of, unit), curves in kinds.items()]


def _draw_bars(axis: Any, section: Section, lines: list[Line]) -> None:
    """How many times as long as what it is compared with; a mark where the goal is."""
    for place, line in enumerate(lines):
        ratio = section.ratio(line) or 0.0
        axis.barh(place, ratio, height=0.6, color=COLOURS[int(section.reached(line) is False)])
        axis.text(ratio, place, f"  {words.times(ratio)}", va="center")
        if line.most is not None:
            axis.plot([line.most] * 2, [place - 0.4, place + 0.4], color=INK, linewidth=1.5)
    axis.set_yticks(range(len(lines)), [f"{line.work}\n{line.way}" for line in lines])
    axis.set_ylim(-0.7, max(4, len(lines)) - 0.3)
    axis.set_title(f"{section.name}: × what it is compared with (marks: goals)")
    axis.margins(x=0.15)
    axis.grid(axis="y", visible=False)


def _draw_curves(axis: Any, of: str, unit: str, curves: dict[str, list[Line]]) -> None:
    """On logarithmic scales, where what grows linearly is parallel to the dotted line."""
    for (name, lines), colour in zip(curves.items(), COLOURS):
        points = [line.x for line in lines], [line.best for line in lines]
        axis.plot(*points, "o-", color=colour, markersize=4, label=name)
    axis.set_xscale("log")
    axis.set_yscale("symlog", linthresh=100_000) if unit == "B" else axis.set_yscale("log")
    _draw_linear(axis, next(iter(curves.values())), unit)
    axis.set_title(f"{'time' if unit == 's' else 'memory beyond the value'} by {of}")
    axis.xaxis.set_major_formatter(lambda x, _: words.point(x, f"bytes of {of}" if "bytes" in of else of))
    axis.yaxis.set_major_formatter(lambda y, _: words.measured(y, unit) if y else "0")
    axis.minorticks_off()
    axis.legend()


def _draw_linear(axis: Any, lines: list[Line], unit: str) -> None:
    """Through the last point; of memory, the value's own size."""
    last = lines[-1]
    by_x = 1.0 if unit == "B" else (last.best or 0.0) / (last.x or 1.0)
    found = [line.x or 0.0 for line in lines]
    label = "the value's own size" if unit == "B" else "linear"
    axis.plot(found, [x * by_x for x in found], ":", color=INK, linewidth=1, label=label)
