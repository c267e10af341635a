"""What was measured, and how it is kept for machines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

FORMAT = 1
"""Of the JSON. It changes when a reader of the one before would misread it."""


@dataclass(frozen=True)
class Line:
    """How one way of doing some work did.

    ``samples`` in ``unit``: seconds (``s``), bytes (``B``), or a plain number. ``against`` names the way of the same
    work that the ratio is to; ``most`` is the goal: of the ratio where there is one, else of the number. ``x`` makes
    it a point of a curve. A way that gave nothing has no samples, and a ``note`` that says why.
    """

    work: str
    way: str
    samples: tuple[float, ...] = ()
    unit: str = "s"
    against: str | None = None
    most: float | None = None
    x: float | None = None
    note: str = ""

    @property
    def best(self) -> float | None:
        return min(self.samples, default=None)

    @property
    def median(self) -> float | None:
        return median(self.samples) if self.samples else None


@dataclass(frozen=True)
class LeftOut:
    """What was not measured, and why."""

    what: str
    why: str


@dataclass
class Section:
    """What came of one suite."""

    name: str
    title: str
    lines: list[Line] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, found: Line | LeftOut) -> None:
        if isinstance(found, Line):
            self.lines.append(found)
        else:
            self.left_out.append(found)

    def best_of(self, work: str, way: str | None, x: float | None = None) -> float | None:
        """The best of another way of the same work."""
        return next((line.best for line in self.lines if (line.work, line.way, line.x) == (work, way, x)), None)

    def ratio(self, line: Line, way: str | None = None) -> float | None:
        """Best by best, to what the line is against, or to ``way``."""
        other = self.best_of(line.work, way or line.against, line.x)
        return line.best / other if line.best is not None and other else None

    def reached(self, line: Line) -> bool | None:
        """Whether the goal is; ``None`` where there is none, or nothing to compare."""
        found = self.ratio(line) if line.against else line.best
        return None if line.most is None or found is None else found <= line.most

    def curves(self) -> dict[tuple[str, str], list[Line]]:
        """The lines that are points, by work and way, in the order of ``x``."""
        found: dict[tuple[str, str], list[Line]] = {}
        for line in self.lines:
            if line.x is not None and line.samples:
                found.setdefault((line.work, line.way), []).append(line)
        return {name: sorted(lines, key=lambda line: line.x or 0) for name, lines in found.items()}


@dataclass(frozen=True)
class Results:
    """A run: where, with what, and what came of it. Nothing in it names a host, a path, or a key."""

    toolkit: str
    machine: dict[str, Any]
    versions: dict[str, str]
    deployment: dict[str, Any]
    arguments: dict[str, Any]
    sections: list[Section]
    problems: list[str] = field(default_factory=list)

    @property
    def measured(self) -> bool:
        return any(line.samples for section in self.sections for line in section.lines)

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            **{name: value for name, value in vars(self).items() if name != "sections"},
            "suites": [_section_json(section) for section in self.sections],
        }

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Results:
        """What `to_json` gave. Raises `ValueError` for another format."""
        if found.get("format") != FORMAT:
            raise ValueError(f"The results have format {found.get('format')!r}; this reads {FORMAT}")
        names = ("toolkit", "machine", "versions", "deployment", "arguments", "problems")
        return cls(**{name: found[name] for name in names}, sections=[_section(each) for each in found["suites"]])


def _section_json(section: Section) -> dict[str, Any]:
    return {
        "name": section.name,
        "title": section.title,
        "seconds": round(section.seconds, 1),
        "lines": [_line_json(section, line) for line in section.lines],
        "left_out": [vars(left) for left in section.left_out],
    }


def _line_json(section: Section, line: Line) -> dict[str, Any]:
    found = {"best": line.best, "median": line.median, "ratio": section.ratio(line), "reached": section.reached(line)}
    return {**vars(line), "samples": list(line.samples), **found}


def _section(found: dict[str, Any]) -> Section:
    return Section(
        name=found["name"],
        title=found["title"],
        lines=[_line(each) for each in found["lines"]],
        left_out=[LeftOut(**each) for each in found["left_out"]],
        seconds=found["seconds"],
    )


def _line(found: dict[str, Any]) -> Line:
    computed = {"best", "median", "ratio", "reached", "samples"}
    kept = {name: value for name, value in found.items() if name not in computed}
    return Line(samples=tuple(found["samples"]), **kept)


def slope(points: Iterable[tuple[float, float]]) -> float:
    """Of the straight line with the least squares through the points."""
    found = list(points)
    middle_x, middle_y = (sum(column) / len(found) for column in zip(*found))
    spread = sum((x - middle_x) ** 2 for x, _ in found)
    return float(sum((x - middle_x) * (y - middle_y) for x, y in found) / spread)
