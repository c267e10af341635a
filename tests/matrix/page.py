"""The generated parts of ``docs/reference/compatibility.md``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.contract.pages import written

from .cells import PYTHONS, ROOT
from .features import FEATURES, features_of
from .results import Result

PAGE = ROOT / "docs" / "reference" / "compatibility.md"
NONE = "–"


def write(results: Sequence[Result]) -> None:
    """The page, from a run of every cell."""
    PAGE.write_text(written(PAGE.read_text(), parts(results)))


def parts(results: Sequence[Result]) -> dict[str, str]:
    """The tables, by the names of their markers."""
    return {"cells": _cells(results), "features": _features(results), "numbers": _numbers(results)}


def _cells(results: Sequence[Result]) -> str:
    found = {(result.airflow, result.python): _word(result.kept) for result in results}
    rows = [[airflow, *(found.get((airflow, python), NONE) for python in PYTHONS)] for airflow in _airflows(results)]
    return _table(["Airflow", *(f"Python {python}" for python in PYTHONS)], rows)


def _features(results: Sequence[Result]) -> str:
    airflows = _airflows(results)
    rows = [[feature.words, *(_shown(feature.name, airflow, results) for airflow in airflows)] for feature in FEATURES]
    return _table(["", *(f"Airflow {airflow}" for airflow in airflows)], rows)


def _shown(name: str, airflow: str, results: Sequence[Result]) -> str:
    if name not in [feature.name for feature in features_of(airflow)]:
        return NONE
    return _word(all(result.features.get(name) for result in results if result.airflow == airflow))


def _numbers(results: Sequence[Result]) -> str:
    head = ["Airflow", "Python", "contract: kept", "not applicable", "end-to-end", "unit tests"]
    packages = ("pandas", "numpy", "pyarrow", "polars", "apache-airflow-providers-common-io")
    return _table([*head, *(name.removeprefix("apache-airflow-providers-") for name in packages)], [
        [
            *(result.airflow, result.python),
            *(_count(result.contract.get(outcome, 0)) for outcome in ("kept", "not applicable")),
            f"{sum(result.features.values())} of {len(result.features)}",
            _count(result.units) if result.units else NONE,
            *(result.packages.get(name, NONE) for name in packages),
        ]
        for result in results
    ])  # fmt: skip


def _airflows(results: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(result.airflow for result in results))


def _word(kept: bool) -> str:
    return "kept" if kept else "**broken**"


def _count(number: int) -> str:
    return str(number)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
