"""The generated parts of ``docs/reference/performance.md``, and its pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from airflow_xcom_toolkit.cli.bench import words
from airflow_xcom_toolkit.cli.bench.plot import draw
from airflow_xcom_toolkit.cli.bench.results import LeftOut, Line, Results, Section
from airflow_xcom_toolkit.cli.bench.show import by_work, to_stock
from tests.contract.pages import written
from tests.docs.pages import DOCS

PAGE = DOCS / "reference" / "performance.md"
IMAGES = DOCS / "images"


def write(found: Mapping[str, Results]) -> None:
    """The page and its pictures, from the results of each run."""
    PAGE.write_text(written(PAGE.read_text(), parts(found)))
    for name, results in found.items():
        draw(results, IMAGES / f"performance-{name}.svg")


def parts(found: Mapping[str, Results]) -> dict[str, str]:
    """The parts of the page, by the names of their markers."""
    return {
        "machine": _machine(found["local"]),
        "goals": _goals(found),
        **{name: "\n\n".join(_sections(results)) for name, results in found.items()},
        "left-out": "\n".join(_left_out(found)),
    }


def _machine(results: Results) -> str:
    machine = results.machine
    rows = [
        ("processor", f"{machine['cpu']}, {machine['cores']} cores"),
        ("memory", words.size(machine["memory"])),
        ("system", f"{machine['os']}, {machine['python']}"),
        ("versions", ", ".join(f"{name} {version}" for name, version in _versions(results).items())),
    ]
    return _table(["", ""], rows)


def _versions(results: Results) -> dict[str, str]:
    return {"airflow-xcom-toolkit": results.toolkit, **results.versions}


def _goals(found: Mapping[str, Results]) -> str:
    """Each line that has a goal, and whether it is reached."""
    rows = [
        [
            line.work,
            line.way,
            name,
            words.goal(line),
            _found(section, line),
            _yes(section.reached(line)),
        ]
        for name, results in found.items()
        for section in results.sections
        for line in section.lines
        if section.reached(line) is not None
    ]
    return _table(["Work", "Way", "Store", "Goal", "Measured", "Reached"], rows)


def _yes(reached: bool | None) -> str:
    return "yes" if reached else "**no**"


def _found(section: Section, line: Line) -> str:
    return words.times(section.ratio(line)) if line.against else words.measured(line.best, line.unit)


def _sections(results: Results) -> Iterator[str]:
    for section in results.sections:
        if flat := [line for line in section.lines if line.x is None]:
            yield f"### {section.title}"
            yield _lines(section, flat)


def _lines(section: Section, lines: list[Line]) -> str:
    stock = any(to_stock(section, line) for line in lines)
    head = ["Work", "Way", "Best", "Median", "Ratio", *(["To the stock backend"] if stock else [])]
    return _table(head, [_row(section, line, stock) for line in by_work(lines)])


def _row(section: Section, line: Line, stock: bool) -> list[str]:
    way = f"{line.way} ({line.note})" if line.note else line.way
    numbers = [words.measured(found, line.unit) for found in (line.best, line.median)]
    beside = [words.times(to_stock(section, line))] if stock else []
    return [line.work, way, *numbers, words.times(section.ratio(line)), *beside]


def _left_out(found: Mapping[str, Results]) -> Iterator[str]:
    for name, results in found.items():
        for left in _all_left_out(results):
            yield f"* {name}: {left.what}, because {left.why}."


def _all_left_out(results: Results) -> list[LeftOut]:
    return [left for section in results.sections for left in section.left_out]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
