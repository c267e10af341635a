"""The plots of the page, each an SVG of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from importlib import import_module
from typing import Any

from .. import words
from ..pictures import COLOURS, INK, STYLE, svg
from .tables import Report, printable

MOST_BARS = 8
MOST_LETTERS = 28
"""Of a name beside a bar; the tables have it whole."""

Panel = Callable[[Any, Report], None]


def plots(found: Report) -> dict[str, str]:
    """By name, as text to be put into a page. Needs matplotlib."""
    matplotlib: Any = import_module("matplotlib")
    matplotlib.use("agg")
    if not found["totals"]["rows"]:
        return {}
    with matplotlib.rc_context(STYLE):
        return {name: _drawn(name, panel, found) for name, panel in _PANELS.items()}


def _drawn(name: str, panel: Panel, found: Report) -> str:
    pyplot: Any = import_module("matplotlib.pyplot")
    figure = pyplot.figure(figsize=(5.4, 3.1), layout="constrained")
    panel(figure, found)
    text = svg(figure)
    pyplot.close(figure)
    return _inline(text, name)


def _inline(text: str, name: str) -> str:
    """As HTML takes it: no prologue, no names of namespaces, and ids that no other plot of the page has."""
    text = re.sub(r' xmlns(:\w+)?="[^"]*"', "", text[text.index("<svg") :])
    text = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{name}-", text)
    return re.sub(r' (width|height)="[\d.]+pt"', "", text, count=2)


def _draw_sizes(figure: Any, found: Report) -> None:
    """How many values are so large, with some percentiles and the thresholds."""
    axis = figure.subplots()
    buckets = found["distribution"] or [{"up_to": 1, "rows": 0}]
    edges = [buckets[0]["up_to"] / 2, *(bucket["up_to"] for bucket in buckets)]
    axis.stairs([bucket["rows"] for bucket in buckets], edges, fill=True, color=COLOURS[0])
    axis.set_xscale("log", base=2)
    axis.set_yscale("log", nonpositive="clip")
    axis.set_ylim(bottom=0.5)
    for label, at, style, colour in _marks(found):
        axis.axvline(max(at, 1), linestyle=style, color=colour, linewidth=1.4, label=label)
    axis.xaxis.set_major_formatter(lambda x, _: _binary(x))
    axis.yaxis.set_major_formatter(lambda y, _: f"{y:,.0f}")
    axis.minorticks_off()
    axis.set_ylabel("values")
    axis.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=2, fontsize=8, borderaxespad=0.2)


def _marks(found: Report) -> Iterator[tuple[str, int, str, str]]:
    sizes, recommended = found["sizes"]["value"], found["thresholds"]["recommended"]
    yield f"p50: {words.size(sizes['p50'])}", sizes["p50"], ":", INK
    yield f"p99: {words.size(sizes['p99'])}", sizes["p99"], "--", INK
    yield f"recommended threshold: {_binary(recommended)}", recommended, "-", COLOURS[1]
    if (configured := found["configured"]["threshold"]) > 0:
        yield f"configured: {words.size(configured)}", configured, "-", COLOURS[2]


def _binary(nbytes: float) -> str:
    for unit, exponent in (("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if nbytes >= 1 << exponent:
            return f"{nbytes / (1 << exponent):.0f} {unit}"
    return f"{nbytes:.0f} B"


def _draw_dags(figure: Any, found: Report) -> None:
    groups = found["by_dag"]["groups"][:MOST_BARS]
    kinds = _places(found)
    axes = figure.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
    for axis, (name, title, colour) in zip(axes, kinds):
        _draw_bars(axis, groups, name, colour, words.size)
        axis.set_title(title)


def _draw_types(figure: Any, found: Report) -> None:
    groups = sorted(found["by_type"]["groups"], key=lambda group: -group["rows"])[:MOST_BARS]
    _draw_bars(figure.subplots(), groups, "rows", COLOURS[2], lambda rows: f"{rows:,.0f}")


def _draw_bars(axis: Any, groups: list[Any], name: str, colour: str, shown: Callable[[float], str]) -> None:
    """The first on top, each with its number."""
    for place, group in enumerate(groups):
        axis.barh(-place, group[name], height=0.6, color=colour)
        at = (group[name], -place)
        axis.annotate(shown(group[name]), at, (4, 0), textcoords="offset points", va="center", fontsize=8)
    axis.set_yticks(range(0, -len(groups), -1), [_short(printable(group["name"])) for group in groups])
    axis.set_ylim(0.3 - max(4, len(groups)), 0.7)
    axis.set_xticks([])
    axis.margins(x=0.3)
    axis.grid(visible=False)


def _short(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"


def _draw_days(figure: Any, found: Report) -> None:
    """What was written each day and is still there."""
    by_day = {date.fromisoformat(day["day"]): day for day in found["days"]}
    first, last = min(by_day), max(by_day)
    edges = [first + timedelta(days=n) for n in range((last - first).days + 2)]
    kinds = _places(found)
    axes = figure.subplots(len(kinds), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (name, title, colour) in zip(axes, kinds):
        heights = [by_day[day][name] if day in by_day else 0 for day in edges[:-1]]
        axis.stairs(heights, edges, fill=True, color=colour)
        axis.set_title(title)
        axis.locator_params(axis="y", nbins=4)
        axis.yaxis.set_major_formatter(lambda y, _: words.size(y))
        axis.set_ylim(bottom=0)
    _name_days(axes[-1])


def _name_days(axis: Any) -> None:
    dates: Any = import_module("matplotlib.dates")
    locator = dates.AutoDateLocator(minticks=2, maxticks=5)
    axis.xaxis.set_major_locator(locator)
    axis.xaxis.set_major_formatter(dates.DateFormatter("%Y-%m-%d"))


def _places(found: Report) -> list[tuple[str, str, str]]:
    """Where bytes are, on a scale each: stores may have a thousand times those of the database."""
    kinds = [("row_bytes", "in the database", COLOURS[0]), ("object_bytes", "in stores", COLOURS[1])]
    return kinds if found["totals"]["object_bytes"] else kinds[:1]


_PANELS: dict[str, Panel] = {
    "sizes": _draw_sizes,
    "by_dag": _draw_dags,
    "by_type": _draw_types,
    "days": _draw_days,
}
